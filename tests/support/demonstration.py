# SPDX-License-Identifier: Apache-2.0
"""A demonstration as a stranger runs it: in a folder of its own, by the command, to its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def demonstrated(folder: Path, name: str, *words: str, seconds: float) -> dict[str, Any]:
    """Run `havn demo`, which ends right, quickly and with nothing left running; return what it told."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("HAVN_")},
        "HAVN_DATA": str(folder),
    }
    done = subprocess.run(
        [sys.executable, "-m", "havn", "demo", name, "--json", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds * 2,
        check=False,
    )
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    wrong = [item for item in told["items"] if not item["is_right"]]
    assert (wrong, told["trouble"]) == ([], ""), told["happenings"][-3:]
    assert done.returncode == 0
    assert told["took_seconds"] < seconds
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert f"{folder}" not in running.stdout
    return told
