# SPDX-License-Identifier: Apache-2.0
"""An SQLite database with all tables and no rows, made once for each role, which `havn init` then finds.

Making the tables is most of what `havn init` costs, and the tests make dozens of nodes. It is the command itself that
makes them here, and the tests of the command's own start without them.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

MAKE = """
import django
django.setup()
from havn.cli import init
init._make_folders()
init._make_tables()
"""


def place_tables(environment: dict[str, str]) -> None:
    """Put the tables into the folder of a node that is about to be made; on PostgreSQL do nothing."""
    folder = Path(environment["HAVN_DATA"])
    if (
        environment.get("HAVN_DATABASE", "sqlite") != "sqlite"
        or (folder / "havn.sqlite3").exists()
    ):
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(_tables(environment.get("HAVN_ROLE", "node")), folder / "havn.sqlite3")
    (folder / "havn.sqlite3").chmod(0o600)


@functools.cache
def _tables(role: str) -> Path:
    """Return the file of the tables of a role."""
    folder = Path(tempfile.mkdtemp(prefix="havn-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")}
    own = {
        "HAVN_DATA": str(folder),
        "HAVN_ROLE": role,
        "DJANGO_SETTINGS_MODULE": "havn.config.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    subprocess.run([sys.executable, "-c", MAKE], env=kept | own, check=True, capture_output=True)
    made = sqlite3.connect(folder / "havn.sqlite3")
    made.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    made.close()
    return folder / "havn.sqlite3"
