# SPDX-License-Identifier: Apache-2.0
"""The Alliance's public site in a test's own process: its URLs, middleware and templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from havn.config.audiences import AUDIENCES
from havn.web import alliance_site

TEMPLATES = Path(alliance_site.__file__).parent / "templates"


def as_hub(settings: Any) -> None:
    """Let a test's client see the hub's public site; `settings` is the fixture of that name."""
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [str(TEMPLATES)]}]
