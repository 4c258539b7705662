# SPDX-License-Identifier: Apache-2.0
"""Photographs every page of a demonstration node at 320 and 1280 pixels (script/look)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import browser as browsers  # noqa: E402 - the root is on the path only now
from tests.support.node import NodeError, running_demonstration  # noqa: E402
from tests.support.pages import PAGES, PageOfSite, Visit, walk  # noqa: E402


def main() -> int:
    """Write the pictures and say what the browser complained about; exit code 2: no browser."""
    parser = argparse.ArgumentParser(prog="script/look", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "look")
    parser.add_argument("--only", default="", help="pages whose name begins like this")
    arguments = parser.parse_args()
    if browsers.find_browser() is None:
        print(f"script/look found no browser. {browsers.HOW_TO_GET}", file=sys.stderr)
        return 2
    pages = [each for each in PAGES if each.name.startswith(arguments.only)]
    with tempfile.TemporaryDirectory(prefix="havn-look-") as data:
        try:
            return photograph(pages, Path(data) / "node", arguments.folder)
        except NodeError as error:
            print(f"script/look: the demonstration node did not start: {error}", file=sys.stderr)
            return 1


def photograph(pages: list[PageOfSite], data: Path, folder: Path) -> int:
    """Walk the pages of a fresh demonstration and write one picture per page and width."""
    troubles: list[str] = []

    def see(visit: Visit) -> None:
        target = folder / str(visit.width) / f"{visit.page_of_site.name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=target, full_page=True)
        troubles.extend(f"{visit.page_of_site.name}: {each}" for each in visit.troubles)
        print(target, flush=True)

    with running_demonstration(data) as node, browsers.open_browser() as browser:
        node.run_module("tests.support.desk_reports")
        node.run_module("tests.support.desk_referrals", "all")
        walk(browser, node, pages, see=see)
    for each in dict.fromkeys(troubles):
        print(f"The browser complained: {each}")
    print(f"{len(pages)} pages at two widths are in {folder}; {len(troubles)} complaints")
    return 0


if __name__ == "__main__":
    sys.exit(main())
