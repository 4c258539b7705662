# SPDX-License-Identifier: Apache-2.0
"""Tables of a node or hub on SQLite, made once for a run and copied: `havn init` finds nothing left to make.

HAVN_DATA=... HAVN_ROLE=... python -m tests.support.tables
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NAME = "havn.sqlite3"


def lay(folder: Path, environment: Mapping[str, str]) -> None:
    """Put empty tables into a folder where a node or hub is made next."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / NAME
    shutil.copyfile(_made(environment.get("HAVN_ROLE", "node")), target)
    target.chmod(0o600)


@cache
def _made(role: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="havn-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HAVN_")}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    subprocess.run(
        [sys.executable, "-m", "tests.support.tables"],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": path, "HAVN_DATA": str(folder), "HAVN_ROLE": role},
        stdin=subprocess.DEVNULL,
        check=True,
    )
    return folder / NAME


def main() -> None:
    """Make the tables of a role, as `havn init` does."""
    os.environ["HAVN_AUDIENCE"] = "command"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


if __name__ == "__main__":
    main()
