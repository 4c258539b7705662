# SPDX-License-Identifier: Apache-2.0
"""What a list will ask of the readers, said before it is opened, so that both can begin at the same time."""

from __future__ import annotations

import json
from pathlib import Path

# Beside a list lies what was written down about it when it was indexed (`havn.kit.known`).
SOURCE = "source.json"
FOLDER = ".havn-index"


def may_hold_digests(path: str) -> bool:
    """Whether a list may hold MD5, SHA-1 or SHA-256; False only where it plainly held none when it was last used.

    It may have changed since: whoever opens it has to look again.
    """
    file = Path(path)
    try:
        told = json.loads((file.with_name(file.name + FOLDER) / SOURCE).read_bytes())
    except (OSError, ValueError):
        return True
    return not isinstance(told, dict) or told.get("digests") is not False
