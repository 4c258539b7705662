# SPDX-License-Identifier: Apache-2.0
"""Reading the roster: python-tuf decides what is believed, our guarded client or a folder brings the bytes."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from havn.domain.members.clients._signed_files import MOST_FILES, MOST_OF
from havn.domain.members.rules import (
    ParsedRoster,
    RosterError,
    RosterFault,
    RosterMark,
    is_target_name,
    parse_roster,
)
from havn.domain.members.rules.reading import MOST_BYTES
from havn.lib import http

_CONFIG = UpdaterConfig(
    root_max_length=MOST_OF[Root.type],
    timestamp_max_length=16_384,
    snapshot_max_length=64_000,
    targets_max_length=MOST_OF[Targets.type],
)  # R9


class RosterSource(Protocol):
    """Where a node has the roster from."""

    def read(self) -> ParsedRoster:
        """Return the newest roster that can be believed; raises RosterError, and changes nothing then."""


class FolderFetcher(FetcherInterface):
    """Takes the files from a copy of the repository in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = self._folder / url
        if not path.resolve().is_relative_to(self._folder) or not path.is_file():
            raise exceptions.DownloadHTTPError(f"There is no {url}.", 404)
        return iter([path.read_bytes()])


class GuardedFetcher(FetcherInterface):
    """Asks the hub over guarded requests: public addresses only, one deadline, a bounded answer."""  # R11

    def __init__(self, client: http.GuardedClient, hub: str) -> None:
        self._client = client
        self._hub = hub.rstrip("/")

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            status, _headers, body = self._client.fetch_json(
                f"{self._hub}/roster/{url}", most_bytes=MOST_BYTES
            )
        except http.FetchError as error:
            if error.failure == "too_large":
                raise exceptions.DownloadLengthMismatchError(str(error)) from error
            raise exceptions.DownloadError(str(error)) from error
        if status != 200:
            raise exceptions.DownloadHTTPError(f"The hub answers {status}.", status)
        return iter([body])


class TufRoster:
    """The roster of an alliance, followed from the first root that a person gave (R1)."""

    def __init__(
        self,
        folder: Path,
        *,
        first_root: bytes,
        fetcher: FetcherInterface,
        allow_insecure: bool = False,
    ) -> None:
        self._folder = folder
        self._first_root = first_root
        self._fetcher = fetcher
        self._allow_insecure = allow_insecure
        self._metadata = folder / "metadata"
        self._targets = folder / "targets"

    def read(self) -> ParsedRoster:
        """Return the newest roster that can be believed; raises RosterError."""
        with self._locked():
            updater = self._refreshed()
            files = self._files(updater)
            mark = self._mark()
        return parse_roster(files, mark=mark, allow_insecure=self._allow_insecure)

    def _refreshed(self) -> Updater:
        try:
            updater = Updater(
                str(self._metadata),
                "metadata/",
                str(self._targets),
                "targets/",
                fetcher=self._fetcher,
                config=_CONFIG,
                bootstrap=self._first_root,  # R1
            )
        except exceptions.RepositoryError as error:
            raise RosterError(
                RosterFault.WRONG_ROOT, "The first root of this node cannot be read or believed."
            ) from error
        try:
            updater.refresh()
        except exceptions.LengthOrHashMismatchError as error:  # R6
            raise RosterError(
                RosterFault.MIXED_SNAPSHOT, "The hub serves files that do not belong together."
            ) from error
        except (exceptions.RepositoryError, exceptions.DownloadError) as error:
            raise _explained(error) from error
        return updater

    def _files(self, updater: Updater) -> dict[str, bytes]:
        """Return the content of every file that the key holders signed."""
        names = self._signed(Targets, "targets").targets
        if len(names) > MOST_FILES or not all(map(is_target_name, names)):  # R8
            raise RosterError(
                RosterFault.WRONG_NAME, "The roster names files that do not belong into one."
            )
        files = {}
        for name in names:
            files[name] = self._file(updater, name)
        return files

    def _file(self, updater: Updater, name: str) -> bytes:
        entry = updater.get_targetinfo(name)
        if entry is None or entry.length > MOST_BYTES:  # R9
            raise RosterError(RosterFault.TOO_LONG, f"{name} has more than {MOST_BYTES} bytes.")
        try:
            path = updater.find_cached_target(entry) or updater.download_target(entry)
        except exceptions.LengthOrHashMismatchError as error:
            raise RosterError(
                RosterFault.ALTERED_TARGET, f"{name} is not the file that was signed."
            ) from error
        except (exceptions.RepositoryError, exceptions.DownloadError) as error:
            raise _explained(error) from error
        return Path(path).read_bytes()

    def _mark(self) -> RosterMark:
        root, timestamp = self._signed(Root, "root"), self._signed(Timestamp, "timestamp")
        snapshot, targets = self._signed(Snapshot, "snapshot"), self._signed(Targets, "targets")
        return RosterMark(
            version=targets.version,
            root_version=root.version,
            timestamp_version=timestamp.version,
            expires_at=min(each.expires for each in (root, timestamp, snapshot, targets)),  # R17
        )

    def _signed(self, kind: type, role: str) -> Any:
        found = Metadata.from_file(str(self._metadata / f"{role}.json")).signed
        assert isinstance(found, kind)
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process read at a time: the folder remembers what was seen."""  # R12
        for folder in (self._folder, self._metadata, self._targets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "lock").open("w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


_FAULTS: tuple[tuple[type[Exception], RosterFault, str], ...] = (
    (
        exceptions.UnsignedMetadataError,
        RosterFault.TOO_FEW_SIGNATURES,
        "The roster is not signed by enough of those who may sign it.",
    ),
    (
        exceptions.BadVersionNumberError,
        RosterFault.ROLLED_BACK,
        "The hub serves an older roster than this node has seen.",
    ),  # R13
    (
        exceptions.ExpiredMetadataError,
        RosterFault.EXPIRED,
        "The roster has expired: the hub re-signs it no more, or somebody keeps newer ones back.",
    ),
    (exceptions.RepositoryError, RosterFault.UNREADABLE, "The hub serves what is no roster."),
    (
        exceptions.DownloadLengthMismatchError,
        RosterFault.TOO_LONG,
        "The hub serves a longer file than was signed.",
    ),
    (
        exceptions.DownloadHTTPError,
        RosterFault.MISSING_FILE,
        "The hub lacks a file of the roster.",
    ),
    (exceptions.DownloadError, RosterFault.UNREACHABLE, "The hub cannot be reached."),
)


def _explained(error: Exception) -> RosterError:
    """Return what of ours an error of python-tuf means."""
    for kind, fault, sentence in _FAULTS:
        if isinstance(error, kind):
            return RosterError(fault, sentence)
    raise error
