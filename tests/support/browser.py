# SPDX-License-Identifier: Apache-2.0
"""Finding and opening the browser that journeys and script/look drive."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HOW_TO_GET = (
    "Install chromium (Debian: apt install chromium fonts-noto-core), or set HAVN_TEST_BROWSER "
    "to the path of a chromium or chrome."
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever a page asks for
)


def find_browser() -> Path | None:
    """Return the path of a chromium, or None; HAVN_TEST_BROWSER decides where it is set."""
    told = os.environ.get("HAVN_TEST_BROWSER")
    if told:
        return Path(told) if os.access(told, os.X_OK) else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    packaged = Path.home() / ".cache" / "ms-playwright"
    return next(iter(sorted(packaged.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def arguments() -> list[str]:
    """Return the browser's arguments: nothing goes to the network, of its own or of a page."""
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Open a headless browser for the length of a block."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        raise FileNotFoundError(f"No browser was found. {HOW_TO_GET}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        try:
            yield browser
        finally:
            browser.close()
