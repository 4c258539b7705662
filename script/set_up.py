# SPDX-License-Identifier: Apache-2.0
"""Makes the virtual environment, the `havn` launcher and the catalogues; finds browser, PostgreSQL, strace.

Called by script/setup with any Python from 3.11 on; nothing but the standard library is there yet.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
STAMP = VENV / "havn-stamp"
ASKED_DEBIAN = VENV / "havn-asked-debian"
LAYOUT = "1"  # counted up when this program makes the environment differently
TRIES = 4
LAUNCHER = """#!/bin/sh
# Made by script/setup.
exec "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/python" -m havn "$@"
"""


class SetUpError(Exception):
    """Set-up cannot go on; the message says what is missing and how to get it."""


def main() -> int:
    """Set everything up, or say in one sentence what is missing."""
    parser = argparse.ArgumentParser(prog="script/setup", description=__doc__)
    parser.add_argument("--without-browser", action="store_true", help="do not look for a browser")
    parser.add_argument("--again", action="store_true", help="make the environment anew")
    arguments = parser.parse_args()
    try:
        if arguments.again or not is_up_to_date():
            make_environment()
        compile_messages()
        if not arguments.without_browser:
            find_programs()
    except SetUpError as error:
        print(f"script/setup: {error}", file=sys.stderr)
        return 2
    return 0


def digest() -> str:
    """Return what the environment depends on, as one line."""
    parts = [REQUIREMENTS.read_bytes(), LAYOUT.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_up_to_date() -> bool:
    """Whether the environment was made from these requirements, here."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == digest()


def make_environment() -> None:
    """Make .venv, install what is locked, put `src` on its path and write the launcher."""
    if VENV.is_symlink():
        raise SetUpError(
            f".venv is a link to {VENV.resolve()}, which belongs to another folder and would be emptied; "
            "take the link away to get an environment here, or run script/setup over there."
        )
    began = time.monotonic()
    print(f"Setting up .venv with Python {sys.version.split()[0]} …", flush=True)
    STAMP.unlink(missing_ok=True)
    make_venv()
    install_requirements()
    site = capture([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    (Path(site) / "havn-source.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    launcher = VENV / "bin" / "havn"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    STAMP.write_text(digest())
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def make_venv() -> None:
    """Make an empty environment with pip in it, also where Debian has split off `ensurepip`."""
    made = run([sys.executable, "-m", "venv", "--clear", VENV])
    if made.returncode == 0 and run([PYTHON, "-m", "pip", "--version"]).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = run([sys.executable, "-m", "venv", "--without-pip", VENV])
    if made.returncode != 0:
        raise SetUpError(
            "this Python cannot make a virtual environment; install its venv module "
            "(Debian: apt install python3-venv) and run script/setup again."
        )
    borrow_pip()


def borrow_pip() -> None:
    """Put pip into the environment with the help of the system's own pip."""
    with tempfile.TemporaryDirectory(prefix="havn-pip-") as folder:
        fetched = run([sys.executable, "-m", "pip", "download", "--no-deps", "-d", folder, "pip"])
        wheels = sorted(Path(folder).glob("pip-*.whl"))
        if fetched.returncode != 0 or not wheels:
            raise SetUpError(
                "this Python has neither ensurepip nor pip; install one of them "
                "(Debian: apt install python3-venv) and run script/setup again."
            )
        done = run(
            [PYTHON, "-m", "pip", "install", "--no-index", wheels[0]],
            environment={"PYTHONPATH": str(wheels[0])},
        )
        if done.returncode != 0:
            raise SetUpError(f"pip could not be put into .venv: {last_lines(done.stdout)}")


def install_requirements() -> None:
    """Install exactly what is locked; try again when the network stumbles."""
    command: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--retries",
        "5",
    ]
    command += ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
    said = ""
    for attempt in range(1, TRIES + 1):
        done = run([*command, "-r", REQUIREMENTS])
        said = done.stdout
        if done.returncode == 0:
            return
        print(f"Installing the packages did not work (try {attempt} of {TRIES}).", flush=True)
        if attempt < TRIES:
            time.sleep(3 * attempt)
    print(last_lines(said, most=12), file=sys.stderr)
    raise SetUpError(
        "the packages of requirements/dev.txt could not be installed; check the network "
        "connection, or point pip to a mirror with PIP_INDEX_URL, and run script/setup again."
    )


def compile_messages() -> None:
    """Compile the message catalogues that are newer than what was compiled from them."""
    for source in (ROOT / "src" / "havn").glob("**/locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        done = run([PYTHON, ROOT / "script" / "compile_messages.py"])
        if done.returncode != 0:
            raise SetUpError(f"the catalogues did not compile: {last_lines(done.stdout)}")
        return


def find_programs() -> None:
    """Say what was not found of browser, PostgreSQL and strace; on Debian as root, fetch it first."""
    sys.path.insert(0, str(ROOT))
    from tests.support import browser, postgres, strace

    if browser.find_browser() is None:
        ask_debian(["chromium", "fonts-noto-core"])
    if browser.find_browser() is None:
        print(f"No browser was found. {browser.HOW_TO_GET}", flush=True)
    if postgres.find_programs(python=PYTHON) is None:
        ask_debian(["postgresql"])
    if postgres.find_programs(python=PYTHON) is None:
        print(f"No PostgreSQL was found. {postgres.HOW_TO_GET}", flush=True)
    if strace.find_strace() is None:
        ask_debian(["strace"])
    if strace.find_strace() is None:
        print(f"No strace was found (for --deep only). {strace.HOW_TO_GET}", flush=True)


def ask_debian(packages: list[str]) -> None:
    """Install Debian packages when this is Debian and we are root; at most once a day."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    marker = ASKED_DEBIAN.with_name(f"{ASKED_DEBIAN.name}-{packages[0]}")
    if marker.exists() and time.time() - marker.stat().st_mtime < 24 * 3600:
        return
    marker.touch()
    print(f"Installing {' and '.join(packages)} with apt-get …", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if run(command, environment=quiet).returncode != 0:
        run(["apt-get", "update", "-q"], environment=quiet)
        run(command, environment=quiet)


def run(
    command: Sequence[str | Path], *, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program without input and return how it ended, its two outputs as one."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def capture(command: list[str | Path]) -> str:
    """Return what a program printed, or stop."""
    done = run(command)
    if done.returncode != 0:
        raise SetUpError(f"{command[0]} failed: {last_lines(done.stdout)}")
    return done.stdout.strip()


def last_lines(text: str, *, most: int = 3) -> str:
    """Return the last lines of an output that are not empty."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-most:])


if __name__ == "__main__":
    sys.exit(main())
