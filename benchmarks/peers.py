# SPDX-License-Identifier: Apache-2.0
"""Other software that a benchmark measures beside ours, in an environment of its own."""

import subprocess
import sys


def environment(folder, *packages):
    """Return a folder with these packages in an environment of their own, made there; where they cannot be had, say so."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", *packages]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        named = ", ".join(each for each in packages if not each.startswith((":", "-")))
        print(f"NOT RUN: {named} could not be installed.\n{done.stderr}", file=sys.stderr)
        raise SystemExit(2)
    return folder
