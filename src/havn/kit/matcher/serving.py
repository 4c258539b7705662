# SPDX-License-Identifier: Apache-2.0
"""How the server starts: what is checked once before, what each worker loads, and the processes that granian keeps."""

from __future__ import annotations

import gc
import ipaddress
import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from havn.kit.matcher.application import Application
from havn.kit.matcher.beside import Beside
from havn.kit.matcher.board import SIZE, Board
from havn.kit.matcher.comparing import client_of
from havn.kit.matcher.faults import MatcherError
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.settings import Settings
from havn.kit.matcher.sources import Source
from havn.kit.matcher.tokens import Tokens
from havn.lib.http import guarded_server
from havn.lib.matching import IndexFileError

# A request's headers must come within this; it also ends connections on which nothing is asked any more.
_HEADER_MILLISECONDS = 60_000
_BREATH = 1.0  # seconds after which is tried again what could not be opened


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker needs to know; it travels to a process of its own."""

    source: Source
    settings: Settings = field(default_factory=Settings)
    tokens: Tokens | None = None
    beside: str | None = None
    beside_token: str | None = None
    differences: Path | None = None
    board: Path | None = None


def load(plan: Plan) -> Application:
    """Return the application of one worker; its compiled search loads in the background."""
    board = Board(plan.board)
    beside = None
    if plan.beside is not None:
        beside = Beside(plan.beside, board, token=plan.beside_token, differences=plan.differences)
    application = Application(_opened(plan, board), tokens=plan.tokens, beside=beside)
    application.prepare()
    # A bulk request or an addition is many steps of Python: a look-up beside it gets its turn ten times as soon.
    sys.setswitchinterval(0.0005)
    # What is loaded stays: the collector need not look through it for waste again and again.
    gc.collect()
    gc.freeze()
    return application


def _opened(plan: Plan, board: Board) -> Matcher:
    """Open what is served, at last.

    What could be opened when the server started may be broken when a worker replaces another. A worker that ended for
    that would end the server, with others that still answer from what they opened.
    """
    server, said = os.getppid(), ""
    while True:
        try:
            return Matcher(plan.source.found_again(), plan.settings, board)
        except (MatcherError, IndexFileError, OSError) as error:
            if os.getppid() != server:
                raise  # nobody is served any more
            if str(error) != said:
                said = str(error)
                _say_that_it_waits(said)
            threading.Event().wait(_BREATH)


def _say_that_it_waits(why: str) -> None:
    line = {"level": "error", "event": "a worker waits", "error": why}
    with suppress(OSError):  # the log may lie on the disk that is full
        print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - the log of a service


def serve(plan: Plan, *, host: str, port: int, workers: int, say: Callable[[str], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C; `say` is told what the operator should know and can be served all the same.

    Raises:
        MatcherError, IndexFileError: the index, a setting or the port cannot be used; nothing was started.

    """
    _require_free_port(host, port)
    # Says now, and once, what no worker could get over.
    if (idle := Matcher(plan.source, plan.settings).idle_floor()) is not None:
        say(idle)
    if plan.beside is not None:
        client_of(plan.beside).close()
    with _board_file() as board:
        guarded_server(
            "havn.kit.matcher",
            host=host,
            port=port,
            workers=workers,
            header_milliseconds=_HEADER_MILLISECONDS,
            # A request takes milliseconds; connections on which nothing is asked must not hold up a restart.
            kill_seconds=2,
        ).serve(target_loader=partial(load, replace(plan, board=board)), wrap_loader=False)


@contextmanager
def _board_file() -> Iterator[Path]:
    """Yield a file in memory that all workers map, also those that replace others; it goes with the server.

    On Linux it has no name, so that nothing of it stays, however the server ends.
    """
    if not hasattr(os, "memfd_create"):
        with tempfile.NamedTemporaryFile(prefix="havn-matcher-") as file:
            file.truncate(SIZE)
            yield Path(file.name)
        return
    number = os.memfd_create("havn-matcher")
    try:
        os.ftruncate(number, SIZE)
        yield Path(f"/proc/{os.getpid()}/fd/{number}")
    finally:
        os.close(number)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address; a name counts as reached by others, but `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def require_safe_address(host: str, *, has_tokens: bool, without_tokens: bool) -> None:
    """Raise MatcherError for an address that others reach where nobody needs a token, unless that was said to be meant."""
    if not is_loopback(host) and not has_tokens and not without_tokens:
        raise MatcherError(
            f"{host} is reached by other machines, and nobody would need a token. Name a file of tokens with --tokens "
            f"(`havn matcher token` makes one), or say --without-tokens if your network decides who gets here."
        )


def _require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            return
    except OSError as error:
        raise MatcherError(
            f"Port {port} at {host} cannot be used ({error.strerror}). Choose another with --port."
        ) from error
