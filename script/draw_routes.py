# SPDX-License-Identifier: Apache-2.0
"""Draws docs/routes.md from the URL maps (script/draw-routes)."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "docs" / "routes.md"
AUDIENCES = {
    "public": "public",
    "desk": "desk",
    "node": "node",
    "alliance": "hub",
    "hub_desk": "hub_desk",
}  # and its URL map
NAMES = {"application/x-www-form-urlencoded": "form", "application/json": "JSON"}
OPENING = """\
# Routes

Drawn by `script/draw-routes` from the URL maps; a test keeps the drawing true. Do not edit it by hand.

Every address that a node or a hub answers, by audience, with the methods it answers, who may open it, and which request
body it takes. Where no body is named, the guard refuses every body unread (413); so it does for static files and for
every address that is not here. The guard is `src/havn/lib/http/_body_guard.py`; `tests/web/test_bodies_everywhere.py` sends
every kind of body to every route below. A form is `application/x-www-form-urlencoded` in UTF-8, without compression,
of a length that is announced; so is JSON. `deploy/proxy/nginx.conf` holds the same rules for a proxy; a test compares them.

The audience `all` answers what `public`, `desk` and `node` answer together. A hub answers `alliance`, what `node` does
for nodes, and as its `desk` what stands under `hub_desk`. A
participant is a node whose signature holds ([requests](protocol/requests.md)); every other gets 401. `worker` and `command` have no pages. Who is not
signed in with both factors is sent to the pages of signing in, which "anybody" may see; for a role that is not named,
a page is not there.
"""


@dataclass(frozen=True, slots=True)
class Route:
    """One address, and what it takes from whom."""

    path: str
    methods: tuple[str, ...]
    roles: tuple[str, ...] | None  # None: whoever comes
    types: tuple[str, ...]
    most_bytes: int


def main() -> int:
    """Write the drawing."""
    prepare()
    TARGET.write_text(draw(), encoding="utf-8")
    print(f"{TARGET.name}: {sum(len(routes(name)) for name in AUDIENCES)} routes")
    return 0


def prepare() -> None:
    """Set Django up for reading URL maps, which need neither keys nor a database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    os.environ["HAVN_AUDIENCE"] = "command"
    import django
    from django.conf import settings

    from havn.config.settings import HUB_APPS, INSTALLED_APPS

    # The maps of a node and of a hub are drawn at once.
    settings.INSTALLED_APPS = list(dict.fromkeys([*INSTALLED_APPS, *HUB_APPS]))
    django.setup()


def draw() -> str:
    """Return the document."""
    return OPENING + "".join(f"\n## {name}\n\n{table(routes(name))}" for name in AUDIENCES)


def table(rows: Sequence[Route]) -> str:
    """Return the routes of one audience as a Markdown table."""
    lines = ["| route | methods | who | body | most bytes |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        who = "anybody" if row.roles is None else ", ".join(row.roles)
        body = ", ".join(NAMES.get(each, each) for each in row.types) or "–"
        most = f"{row.most_bytes:,}" if row.types else "–"
        lines.append(f"| `{row.path}` | {', '.join(row.methods)} | {who} | {body} | {most} |")
    return "\n".join([*lines, ""])


def routes(audience: str) -> list[Route]:
    """Return every route of an audience in the order of its URL map."""
    from django.urls import get_resolver

    resolver = get_resolver(f"havn.config.urls.{AUDIENCES[audience]}")
    return [route_of(path, callback) for path, callback in walk(resolver)]


def walk(resolver: Any, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Yield the readable path and the view of every pattern below a resolver."""
    for each in resolver.url_patterns:
        path = prefix + readable(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from walk(each, path)
        else:
            yield path, each.callback


def readable(pattern: Any) -> str:
    """Return a pattern as people write it: `{lang}/report/{report_id}/`."""
    if hasattr(pattern, "language_prefix"):
        return "{lang}/"
    text = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(pattern)).strip("^$").replace("\\.", ".")
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)


def route_of(path: str, view: Any) -> Route:
    """Return what the view of a path declares."""
    from havn.web.frame.bodies import methods_of, rule_of

    rule, roles = rule_of(view), getattr(view, "may_open", None)
    return Route(
        path=path,
        methods=methods_of(view),
        roles=None if roles is None else tuple(sorted(role.value for role in roles)),
        types=tuple(sorted(rule.content_types)) if rule else (),
        most_bytes=rule.most_bytes if rule else 0,
    )


if __name__ == "__main__":
    sys.exit(main())
