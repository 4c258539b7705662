# SPDX-License-Identifier: Apache-2.0
"""How an item can be reached where its address alone does not show it, and how that is sealed and opened."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from havn.lib.encoding import canonical_json
from havn.lib.sealing import open_sealed, seal

REACH_PURPOSE = "item-reach"
LONGEST_PATH = 1000
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Reach:
    """The page that a browser must have come from, and the path of links in words; both may be empty."""

    came_from: str = ""
    path: str = ""

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return bool(self.came_from or self.path)


def seal_reach(reach: Reach, *, item_id: UUID, public: bytes) -> bytes:
    """Return it sealed to the desk's key and bound to its item; nothing known is nothing stored."""
    if not reach:
        return b""
    content = {
        "v": _VERSION,
        "item": str(item_id),
        "came_from": reach.came_from,
        "path": reach.path,
    }
    return seal(canonical_json(content), public, purpose=REACH_PURPOSE)


def open_reach(sealed: bytes, *, item_id: UUID, private: bytes) -> Reach:
    """Return what was sealed; nothing for nothing, and for what was moved here from another item."""
    if not sealed:
        return Reach()
    content = json.loads(open_sealed(sealed, private, purpose=REACH_PURPOSE))
    if content["item"] != str(item_id):
        return Reach()
    return Reach(came_from=content["came_from"], path=content["path"])
