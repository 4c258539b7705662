# SPDX-License-Identifier: Apache-2.0
"""Which journal a scan keeps: one a command, wherever its lists have come to, and none for ever."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from havn.kit.scanning import Journal, Looker, line_of, read_by, remove_old_journals
from havn.lib.clock import now

KEPT_FOR = timedelta(days=90)  # after the last line of a scan that nobody went on with
_CHOSEN = (
    "radius", "quality_floor", "rotations", "exact", "largest", "seconds", "digits_are",
)  # fmt: skip


def journal_of(folders: Sequence[str], options: dict[str, Any], looker: Looker) -> Journal | None:
    """Return the journal that the options ask for; None for none.

    What the command says decides the name of one that is not named, and what it depends on besides (versions of lists
    and software) whether it goes on: so the journal of an older version is the one that begins anew.
    """
    if options["no_journal"]:
        return None
    chosen = {name: options[name] for name in _CHOSEN}
    lists = [[each.name, each.version, each.size] for each in looker.known]
    rules = {"lists": lists, **chosen, "read_by": read_by()}
    if options["journal"] is not None:
        return Journal(Path(options["journal"]), rules)
    words = [os.path.abspath(each) for each in (*folders, *options["lists"])]  # noqa: PTH100 - any bytes
    said = line_of({"words": words, "names": options["names_from"], **chosen})
    name = sha256(said.encode(errors="surrogateescape")).hexdigest()[:24]
    return Journal(_folder() / f"{name}.journal", rules)


def forget_old_journals() -> None:
    """Take away the journals of scans that nobody went on with: they hold names of files, and what these match."""
    remove_old_journals(_folder(), before=(now() - KEPT_FOR).timestamp())


def _folder() -> Path:
    return state_folder() / "scans"


def state_folder() -> Path:
    """Return the folder for what must outlive a process: `havn` in the user's state folder."""
    told = os.environ.get("XDG_STATE_HOME")
    return (Path(told) if told else Path.home() / ".local" / "state") / "havn"
