# SPDX-License-Identifier: Apache-2.0
"""`havn feed catch-up`: mirrors every other node's log to its end, shows how far it is, and can be stopped."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import DONE, FOUND, STOPPED, CouldNotError
from havn.cli.telling import EVERY_SECONDS, json_option, step, tell

if TYPE_CHECKING:
    from havn.cli.work import Work
    from havn.domain.exchange.selectors import PeerLine

LOOK_EVERY_SECONDS = 0.5
Show = Callable[[Iterable["PeerLine"]], None]


@click.command(
    "catch-up",
    epilog="Exit codes: 0 every log is mirrored to its end, 1 a node could not be asked or believed, "
    "2 it could not start, 130 stopped: the same command goes on from there.",
)
@json_option
def command(*, as_json: bool) -> int:
    """Mirror every other node's log to its end, now, and show how far it is.

    For a node that joins late or was away. Ctrl-C stops after the round that runs; what came stays. Where a
    worker runs on a SQLite node, the worker does it, and this command shows how far it is.

    Example: havn feed catch-up
    """
    start.prepare("worker")
    start.require_keys()
    start.require_node()
    _require_roster()
    lines: list[PeerLine] = []
    with stopping() as stop, showing() as show, ExitStack() as held:
        for lines in steps(_work(held), stop=stop):
            show(lines)
    is_well = all(is_at_its_end(line) for line in lines)
    is_stopped = stop.is_set() and not is_well
    result = {"v": 1, "is_stopped": is_stopped, "peers": [_peer(line) for line in lines]}
    tell(result, as_json=as_json, lines=map(_line, lines))
    if is_stopped:
        step("Stopped. The same command goes on from here.")
        return STOPPED
    return DONE if is_well else FOUND


def steps(work: Work | None, *, stop: Event) -> Iterator[list[PeerLine]]:
    """Yield how each peer stands after each round, until every log is at its end or was asked for in vain.

    `work` visits peers; None where a worker does, and we look on.
    """
    from havn.cli.work import run_due
    from havn.domain.exchange import selectors
    from havn.domain.members import selectors as members
    from havn.domain.workflow.tasks import exchanging
    from havn.lib.clock import now

    actor, began = start.operator(), now()
    beat = members.roster_state(actor=actor).beat
    exchanging.hurry_visits(at=began)
    while True:
        did_something = work is not None and run_due(kinds={exchanging.VISIT}, work=work)
        lines = selectors.peer_lines(beat=beat, actor=actor, at=now())
        yield lines
        if stop.is_set() or all(_is_settled(line, began) for line in lines):
            return
        if not did_something:
            stop.wait(LOOK_EVERY_SECONDS)


def is_at_its_end(line: PeerLine) -> bool:
    """Tell whether all that a peer's log signed is here and was looked through, and nothing is wrong with it."""
    if line.answered_at is None:
        return False
    is_after_error = line.last_error_at is None or line.answered_at > line.last_error_at
    return is_after_error and line.scanned >= line.head_size


def _is_settled(line: PeerLine, began: datetime) -> bool:
    asked_in_vain = line.last_error_at is not None and line.last_error_at >= began
    is_fresh = line.answered_at is not None and line.answered_at >= began
    return asked_in_vain or (is_fresh and is_at_its_end(line))


def _require_roster() -> None:
    from havn.domain.members import selectors as members
    from havn.lib.clock import now

    roster = members.roster_state(actor=start.operator())
    if not roster.has_joined:
        raise CouldNotError(
            "This node takes part in no alliance yet. Join one with `havn node join`."
        )
    if not roster.is_usable(now()):
        raise CouldNotError(
            "The roster is expired or missing, so nobody is asked. See `havn node status`."
        )


def _work(held: ExitStack) -> Work | None:
    """Return what visits peers, held against a second worker; None where there is one."""
    from havn.cli import worker
    from havn.cli.work import Work
    from havn.domain.workflow.tasks import exchanging

    try:
        held.enter_context(worker.only_worker())
    except CouldNotError:
        step("A worker runs on this node and does it; this only looks on.")
        return None
    worker.free_leases()
    return Work(alone={exchanging.VISIT: exchanging.visit}, context=worker.outside())


@contextmanager
def stopping() -> Iterator[Event]:
    """Give a flag that Ctrl-C and SIGTERM set, instead of ending what runs."""
    stop = Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def showing() -> Iterator[Show]:
    """Give what shows how far each log is: bars at a terminal, else lines now and then."""
    import sys

    if not sys.stderr.isatty():
        yield _said_now_and_then()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[Any, Any] = {}

        def show(lines: Iterable[PeerLine]) -> None:
            for line in lines:
                if line.node_id not in tasks:
                    tasks[line.node_id] = bars.add_task(line.name, total=None)
                done = line.mirrored + line.on_its_way
                bars.update(tasks[line.node_id], completed=done, total=line.head_size or None)

        yield show


def _said_now_and_then() -> Show:
    from havn.lib.clock import monotonic

    shown_at, shown = monotonic() - EVERY_SECONDS, ""

    def show(lines: Iterable[PeerLine]) -> None:
        nonlocal shown_at, shown
        text = "\n".join(map(_line, lines))
        if text != shown and monotonic() - shown_at >= EVERY_SECONDS:
            shown_at, shown = monotonic(), text
            step(text)

    return show


def _line(line: PeerLine) -> str:
    on_its_way = f" and {line.on_its_way} on their way" if line.on_its_way else ""
    error = "" if is_at_its_end(line) or not line.last_error else f": {line.last_error}"
    return f"{line.participant_code:<8} {line.name}: {line.mirrored}{on_its_way} of {line.head_size} leaves{error}"


def _peer(line: PeerLine) -> dict[str, Any]:
    return {
        "node": str(line.node_id),
        "participant": line.participant_code,
        "head": line.head_size,
        "mirrored": line.mirrored,
        "on_its_way": line.on_its_way,
        "is_at_its_end": is_at_its_end(line),
        "last_error": line.last_error,
    }
