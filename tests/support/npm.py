# SPDX-License-Identifier: Apache-2.0
"""Programs by others from npm, in a folder of their own: found, installed, and run."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

HOW_TO_GET = "Install Node.js 18 or newer with npm (Debian: apt install nodejs npm), with a way to a registry."
SECONDS = 180


def install(folder: Path, *packages: str) -> str:
    """Install packages (`name@version`) into a folder; return why that was not possible, or nothing."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return f"no node or npm was found. {HOW_TO_GET}"
    (folder / "package.json").write_text('{"private":true}', encoding="utf-8")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", *packages]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"npm did not install {' '.join(packages)} in {SECONDS} seconds. {HOW_TO_GET}"
    if done.returncode != 0:
        return f"npm could not install {' '.join(packages)}. {HOW_TO_GET}"
    return ""


def run(folder: Path, script: Path, given: Any) -> Any:
    """Run a script with a JSON value on its input, and return the JSON value that it prints."""
    copied = folder / script.name  # where it finds the packages
    shutil.copyfile(script, copied)
    done = subprocess.run(
        ["node", str(copied)],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode != 0:
        raise AssertionError(f"{script.name} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)
