# SPDX-License-Identifier: Apache-2.0
"""Compiles every message catalogue (.po -> .mo) without system tools; fuzzy entries are left out."""

from __future__ import annotations

import sys
from pathlib import Path

import polib

SOURCE = Path(__file__).resolve().parent.parent / "src" / "havn"


def main() -> int:
    """Compile all catalogues below src/havn and say how many sentences each has."""
    for catalogue in sorted(SOURCE.glob("**/locale/*/LC_MESSAGES/*.po")):
        entries = polib.pofile(str(catalogue))
        entries.save_as_mofile(str(catalogue.with_suffix(".mo")))
        print(f"{catalogue.relative_to(SOURCE)}: {len(entries.translated_entries())} sentences")
    return 0


if __name__ == "__main__":
    sys.exit(main())
