# SPDX-License-Identifier: Apache-2.0
"""Made-up lists of hashes, as files of lines or as exports of a node."""

from __future__ import annotations

import json
from hashlib import md5

from havn.kit.lists import HashList, parse_list

VALUES = [bytes([number]) * 32 for number in range(1, 9)]
MD5 = [md5(bytes([number])).hexdigest() for number in range(8)]


def listed(name: str, *lines: str) -> HashList:
    """Return a list of these lines."""
    return parse_list("\n".join(lines).encode(), name=name)


def export(name: str, *rows: tuple[str, str, str]) -> HashList:
    """Return an export of these entries: the name of each, its kind and its value."""
    lines = [
        json.dumps({"seq": at, "entry_id": entry, "kind": kind, "value": value})
        for at, (entry, kind, value) in enumerate(rows)
    ]
    return listed(name, *lines)
