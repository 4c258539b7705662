# SPDX-License-Identifier: Apache-2.0
"""How commands tell: plain lines or one JSON value on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

import click

from havn.lib.clock import monotonic

T = TypeVar("T")
EVERY_SECONDS = 2.0

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


def tell(result: dict[str, Any], *, as_json: bool, lines: Iterable[str]) -> None:
    """Print the result as JSON, or its lines for people."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines:
        click.echo(line)


def step(text: str) -> None:
    """Say on standard error what is being done now."""
    click.echo(text, err=True)


def log(text: str) -> None:
    """Say on standard error what a service does; a log on a full disk ends no service."""
    with suppress(OSError):
        step(text)


def progress(things: Iterable[T], *, label: str, total: int | None = None) -> Iterator[T]:
    """Yield the things and show how far the work is: a bar at a terminal, else a line now and then."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import track

        yield from track(things, description=label, total=total, console=Console(stderr=True))
        return
    shown_at = monotonic()
    count = 0
    for count, thing in enumerate(things, start=1):
        yield thing
        if monotonic() - shown_at >= EVERY_SECONDS:
            shown_at = monotonic()
            step(f"{label}: {count}" + (f" of {total}" if total else ""))
    step(f"{label}: {count} done")
