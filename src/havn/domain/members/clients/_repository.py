# SPDX-License-Identifier: Apache-2.0
"""The hub's repository: a folder that anybody may copy, since every file in it is signed."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp

from havn.domain.members.clients._ceremony import Current, check_files
from havn.domain.members.clients._holders import signer_of
from havn.domain.members.clients._proposals import Proposal
from havn.domain.members.clients._signed_files import (
    ONLINE_SIGNS_FOR,
    new_snapshot,
    new_timestamp,
    online_key_of,
    signed_bytes,
)
from havn.domain.members.clients._whole_files import write_together
from havn.domain.members.rules import CeremonyFault, ParsedRoster, RosterError, RosterFault

RESIGN_AFTER = timedelta(days=1)  # R10
KEPT_SNAPSHOTS = 30


class Repository:
    """Reads, publishes and re-signs the roster in a folder; the hub serves it as it lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        self.targets = folder / "targets"

    @property
    def is_there(self) -> bool:
        """Whether a roster was published here."""
        return (self.metadata / "timestamp.json").is_file()

    def current(self) -> Current:
        """Return the roster in force; raises where there is none, or where its files do not belong together."""
        if not self.is_there:
            raise RosterError(
                RosterFault.MISSING_FILE,
                f"There is no roster in {self.folder} yet. Begin with `havn alliance init`.",
            )
        try:
            timestamp = self._timestamp_file().signed
            snapshot = Metadata[Snapshot].from_file(str(self._path("snapshot", timestamp.version)))
            version = snapshot.signed.meta["targets.json"].version
            targets = Metadata[Targets].from_file(str(self.metadata / f"{version}.targets.json"))
            files = {
                name: (self.targets / _hashed(name, entry.hashes["sha256"])).read_bytes()
                for name, entry in targets.signed.targets.items()
            }
            return Current(self.newest_root(), targets, files, timestamp.expires)
        except (RepositoryError, OSError, KeyError) as error:
            raise RosterError(
                RosterFault.UNREADABLE,
                f"The repository in {self.folder} is damaged ({error}). Restore it from a backup.",
            ) from error

    def newest_root(self) -> Metadata[Root]:
        """Return the newest root."""
        versions = [int(path.name.split(".")[0]) for path in self.metadata.glob("*.root.json")]
        return Metadata[Root].from_file(str(self.metadata / f"{max(versions)}.root.json"))

    def publish(
        self,
        proposal: Proposal,
        *,
        online: bytes,
        at: datetime,
        allow_insecure: bool,
        judge: Callable[[ParsedRoster], object] | None = None,
    ) -> None:
        """Put a proposal in force that enough key holders signed; what raises before that changes nothing.

        `judge` is shown the roster first, and raises where the hub itself would not take it over.
        """
        with self._locked():
            files = self._require_publishable(proposal)
            roster = check_files({**files, **proposal.files}, allow_insecure=allow_insecure)
            self._require_online(proposal.new_root.signed, online)
            if judge is not None:
                judge(roster)
            self._sign(proposal.targets, online, at=at, along=self._written(proposal))

    def resign(self, *, online: bytes, at: datetime) -> None:
        """Sign snapshot and timestamp anew, so that nodes see that the roster still holds."""  # R10
        with self._locked():
            current = self.current()
            self._require_online(current.root.signed, online)
            self._sign(current.targets, online, at=at)

    def first_root(self) -> bytes:
        """Return the first root, from which a node of the hub's own machine follows the others."""
        return (self.metadata / "1.root.json").read_bytes()

    def signed_until(self) -> datetime:
        """Return when the timestamp expires."""
        return self._timestamp_file().signed.expires

    def signed_at(self) -> datetime:
        """Return when the timestamp was signed."""
        return self.signed_until() - ONLINE_SIGNS_FOR

    def _require_publishable(self, proposal: Proposal) -> dict[str, bytes]:
        """Return the files that stay in force; refuse what is stale or lacks signatures."""
        if proposal.base is None:
            if self.is_there:
                raise RosterError(
                    CeremonyFault.STALE_PROPOSAL,
                    "There is a roster already; it is changed, not founded.",
                )
            files: dict[str, bytes] = {}
        else:
            current = self.current()
            files = current.files
            # Its own root is there already where the machine stopped while this was published.
            roots = [each for each in (proposal.base.root, proposal.root) if each is not None]
            is_known = signed_bytes(current.root) in map(signed_bytes, roots)
            is_same = signed_bytes(proposal.base.targets) == signed_bytes(current.targets)
            if not (is_known and is_same):  # R51
                raise RosterError(
                    CeremonyFault.STALE_PROPOSAL,
                    "The roster has changed since this was proposed: propose it again, and let it be "
                    "signed again.",
                )
        if not proposal.is_signed:  # R53
            raise RosterError(RosterFault.TOO_FEW_SIGNATURES, missing_words(proposal))
        return files

    def _written(self, proposal: Proposal) -> dict[Path, bytes]:
        """Return what the key holders signed, by where it lies; the root last, since nodes follow it at once."""
        targets = proposal.targets.signed
        found = {
            self.targets / _hashed(name, targets.targets[name].hashes["sha256"]): content
            for name, content in proposal.files.items()
        }
        found[self._path("targets", targets.version)] = proposal.targets.to_bytes()
        if proposal.root is not None:
            found[self._path("root", proposal.root.signed.version)] = proposal.root.to_bytes()
        return found

    def _require_online(self, root: Root, online: bytes) -> None:
        if signer_of(online).public_key.keyid != online_key_of(root):
            raise RosterError(
                CeremonyFault.NOT_A_HOLDER,
                "This hub's online key is not the one that the root names: publish at the hub that "
                "holds it.",
            )

    def _sign(
        self,
        targets: Metadata[Targets],
        online: bytes,
        *,
        at: datetime,
        along: Mapping[Path, bytes] | None = None,
    ) -> None:
        """Write snapshot and timestamp of these targets, and before them what must be there with them."""
        signer = signer_of(online)
        # Grows with the time, so that a hub that was restored from a backup is not taken for a rollback.
        number = max(self._timestamp() + 1 if self.is_there else 1, int(at.timestamp()) // 60)
        snapshot = Metadata(
            new_snapshot(
                targets.to_bytes(),
                targets_version=targets.signed.version,
                version=number,
                at=at,
            )
        )
        snapshot.sign(signer)
        content = snapshot.to_bytes()
        timestamp = Metadata(
            new_timestamp(content, snapshot_version=number, version=number, at=at)
        )
        timestamp.sign(signer)
        files = {self._path("snapshot", number): content, **(along or {})}
        files[self.metadata / "timestamp.json"] = (
            timestamp.to_bytes()
        )  # last: it points to the rest
        write_together(files)
        old = sorted(self.metadata.glob("*.snapshot.json"), key=lambda path: path.stat().st_mtime)
        for path in old[:-KEPT_SNAPSHOTS]:
            path.unlink(missing_ok=True)

    def _timestamp(self) -> int:
        return int(self._timestamp_file().signed.version)

    def _timestamp_file(self) -> Metadata[Timestamp]:
        return Metadata[Timestamp].from_file(str(self.metadata / "timestamp.json"))

    def _path(self, role: str, version: int) -> Path:
        return self.metadata / f"{version}.{role}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process change the folder at a time."""
        for folder in (self.folder, self.metadata, self.targets / "participants"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def missing_words(proposal: Proposal) -> str:
    """Return who has signed a proposal and how many are missing, as a sentence."""  # R53
    parts = []
    for each in proposal.standings():
        if each.missing:
            signed = ", ".join(key[:16] for key in each.signed) or "nobody"
            open_ = ", ".join(key[:16] for key in each.not_yet)
            parts.append(
                f"{each.role}: signed by {signed}; {each.missing} more of {open_} must sign"
            )
    return f"Too few key holders have signed. {'; '.join(dict.fromkeys(parts))}."


def _hashed(name: str, digest: str) -> str:
    """Return a target's name in the repository (R5)."""
    folder, _, last = name.rpartition("/")
    return f"{folder}/{digest}.{last}" if folder else f"{digest}.{last}"
