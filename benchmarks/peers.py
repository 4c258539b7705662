# SPDX-License-Identifier: Apache-2.0
"""What benchmarks against other software share: an environment of their own for it, one core, the machine's name."""

import os
import platform
import subprocess
import sys
from pathlib import Path


def peers_python(given, packages, folder):
    """Return the Python of an environment that holds these packages: the one given, or one made in `folder`."""
    if given is not None:
        return str(given / "bin" / "python")
    place = folder / "peers"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    python = str(place / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def stay_on_one_core():
    """Keep this process and those that it starts on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def processor():
    """Return the processor's name."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (
            line.split(":", 1)[1].strip()
            for line in text.splitlines()
            if line.startswith("model name")
        ),
        "?",
    )
