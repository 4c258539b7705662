# SPDX-License-Identifier: Apache-2.0
"""`havn serve`: one audience per process, or a whole demonstration."""

from __future__ import annotations

import logging
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import CouldNotError

if TYPE_CHECKING:
    from collections.abc import Iterator

AUDIENCES = ("public", "desk", "node", "alliance", "all")
# A request's headers must come within this; it also ends connections on which nothing is asked any more.
_HEADER_MILLISECONDS = 15_000


@click.command(epilog="Exit codes: 0 stopped by a signal, 2 it could not start.")
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    help="Whose pages to answer; `all` is for a demonstration or one small machine.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Requests that each worker answers at once; each has its own connection to the database.",
)
@click.option(
    "--demonstration",
    "is_demonstration",
    is_flag=True,
    help="Run lab, worker and server on made-up data in $HAVN_DATA (.havn-demo).",
)
def command(
    *,
    audience: str | None,
    host: str,
    port: int,
    workers: int,
    threads: int,
    is_demonstration: bool,
) -> int:
    """Answer requests of one audience until SIGTERM or Ctrl-C.

    Example: havn serve --audience public --port 8001
    """
    _require_free_port(host, port)
    if is_demonstration:
        from havn.cli.demonstration import run_demonstration

        return run_demonstration(host=host, port=port)
    if audience is None:
        raise CouldNotError(
            "Say whose pages to answer with --audience (public, desk, node, alliance, all), "
            "or try `havn serve --demonstration`."
        )
    os.environ["HAVN_THREADS"] = str(threads)
    start.prepare(audience)
    _require_role(audience)
    start.require_keys()
    start.require_node()
    _require_pages()
    collect_static_files()
    _serve(host=host, port=port, workers=workers)
    return 0


def _require_free_port(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        raise CouldNotError(
            f"Port {port} at {host} cannot be used ({error.strerror}). Choose another with --port."
        ) from error


def _require_role(audience: str) -> None:
    from django.conf import settings

    of_hub, of_both = {"alliance"}, {"desk", "node"}
    is_hub = settings.HAVN_ROLE == "hub"
    if audience not in of_both and (audience in of_hub) != is_hub:
        raise CouldNotError(
            "A hub (HAVN_ROLE=hub) serves the audiences `alliance`, `desk` and `node`; a node serves all but `alliance`."
        )
    if audience == "node" and not settings.HAVN_NODE_ADDRESS:
        raise CouldNotError(
            "HAVN_NODE_ADDRESS is not set. Write the base address under which other nodes reach this one, as the "
            "roster names it, for example https://node.example.org: their signatures cover it."
        )


def _require_pages() -> None:
    """Load the URL map here, where a mistake in it is shown, and not in every worker."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - loading is the point


def collect_static_files() -> None:
    """Collect static files under names that carry their digest, into a folder of this audience."""
    from django.conf import settings
    from whitenoise.storage import CompressedManifestStaticFilesStorage

    target = Path(settings.STATIC_ROOT)
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o700, parents=True)
    storage = CompressedManifestStaticFilesStorage(location=target, base_url=settings.STATIC_URL)
    found = dict(_static_files())
    for path, (source, inner) in found.items():
        with source.open(inner) as file:
            storage.save(path, file)
    for name, _hashed, outcome in storage.post_process(found):
        if isinstance(outcome, Exception):
            raise CouldNotError(f"The static file {name} cannot be collected: {outcome}")


def _static_files() -> Iterator[tuple[str, tuple[Any, str]]]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for path, source in finder.list(["*.map", ".*"]):
            prefix = getattr(source, "prefix", None)
            yield (f"{prefix}/{path}" if prefix else path), (source, path)


def _serve(*, host: str, port: int, workers: int) -> None:
    from django.db import connections

    from havn.lib.http import guarded_server

    connections.close_all()
    logging.getLogger("havn.cli.serve").info(
        "server starts", extra={"audience": os.environ["HAVN_AUDIENCE"]}
    )
    # `threads` work at a time (config/wsgi.py).
    guarded_server(
        "havn.config.wsgi:application",
        host=host,
        port=port,
        workers=workers,
        header_milliseconds=_HEADER_MILLISECONDS,
        kill_seconds=10,
    ).serve()
