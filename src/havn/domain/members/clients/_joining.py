# SPDX-License-Identifier: Apache-2.0
"""What a node remembers of its alliance: the first root that a person gave, and where the hub is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from havn.domain.members.clients._signed_files import holders_of, read_root
from havn.domain.members.clients._source import (
    FolderFetcher,
    GuardedFetcher,
    RosterSource,
    TufRoster,
)
from havn.domain.members.clients._whole_files import write_whole
from havn.domain.members.rules import RosterError, RosterFault
from havn.lib import http

FIRST_ROOT, HUB = "first-root.json", "hub.json"


@dataclass(frozen=True, slots=True)
class Joined:
    """The alliance that a node follows."""

    folder: Path
    first_root: bytes
    hub: str  # an address, or a folder that holds a copy of the repository

    def source(self, client: http.GuardedClient | None, *, allow_insecure: bool) -> RosterSource:
        """Return where the roster comes from."""
        if "://" not in self.hub:
            fetcher: FolderFetcher | GuardedFetcher = FolderFetcher(Path(self.hub))
        elif client is not None:
            fetcher = GuardedFetcher(client, self.hub)
        else:
            raise RosterError(RosterFault.UNREACHABLE, "This process may not ask the hub.")
        return TufRoster(
            self.folder,
            first_root=self.first_root,
            fetcher=fetcher,
            allow_insecure=allow_insecure,
        )


def joined(folder: Path) -> Joined | None:
    """Return the alliance that this node follows; None before `havn node join`."""
    try:
        hub = json.loads((folder / HUB).read_text(encoding="utf-8"))["hub"]
        return Joined(folder, (folder / FIRST_ROOT).read_bytes(), str(hub))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def join(folder: Path, *, first_root: bytes, hub: str) -> Joined:
    """Remember the first root and the hub; another root than the remembered one is refused."""  # R1
    read_root(first_root)
    known = folder / FIRST_ROOT
    if known.is_file() and known.read_bytes() != first_root:
        raise RosterError(
            RosterFault.WRONG_ROOT,
            f"This node follows an alliance already, from another first root ({known}). Its later "
            "roots are followed by themselves; to follow another alliance, move that folder away.",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(known, first_root)
    write_whole(folder / HUB, (json.dumps({"v": 1, "hub": hub}) + "\n").encode())
    return Joined(folder, first_root, hub)


def holders_in(root: bytes) -> tuple[int, tuple[str, ...]]:
    """Return threshold and identifiers of those who sign, as a root file says it."""
    signed = read_root(root).signed
    return signed.roles["root"].threshold, holders_of(signed)
