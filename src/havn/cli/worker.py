# SPDX-License-Identifier: Apache-2.0
"""`havn worker`: does what waits in the table of jobs, and seals the audit chain."""

from __future__ import annotations

import fcntl
import logging
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import CouldNotError
from havn.cli.work import Work, run_due

if TYPE_CHECKING:
    from havn.domain.audit.tasks import Sealer

logger = logging.getLogger(__name__)
SEAL_EVERY_SECONDS = 0.5
LOOK_EVERY_SECONDS = 0.2
AFTER_TROUBLE_SECONDS = 1.0
# These wait for nobody outside, and nobody outside may make them wait.
INSIDE = frozenset(
    {
        "commitment_due",
        "exchange_arrivals",
        "exchange_beat",
        "file_submission",
        "freeze_quarter",
        "hold_end",
        "known_keep",
        "law_gaps",
        "package",
        "project_status",
        "report_calendar",
        "report_draft",
        "report_half_year",
        "report_sign",
    }
)
# These wait for other nodes, which no provider may make wait, nor the other way round.
ALLIANCE = frozenset({"exchange_visit", "known_ask", "refresh_roster"})


@click.command(
    epilog="Exit codes: 0 stopped by a signal or nothing left, 2 it could not start, or seal no more."
)
@click.option(
    "--until-idle", is_flag=True, help="End when nothing is due, instead of waiting for more."
)
def command(*, until_idle: bool) -> int:
    """Do the background work of the node until SIGTERM or Ctrl-C.

    A running job is finished before the worker ends. On SQLite one worker runs per node.

    Example: havn worker
    """
    start.prepare("worker")
    start.require_keys()
    start.require_node()
    with only_worker():
        free_leases()
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        logger.info("worker starts")
        _run_lanes(stop, until_idle=until_idle)
        logger.info("worker ended")
    return 0


def only_worker() -> IO[str]:
    """Hold the lock that keeps a second worker off a SQLite node; the system frees it at any end."""
    path = start.folder() / "worker.lock"
    file = Path(path).open("w", encoding="ascii")  # noqa: SIM115 - the caller closes it
    from django.db import connection

    if connection.vendor != "sqlite":
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CouldNotError(
            "A worker runs on this node already; with SQLite one is all there can be."
        ) from None
    return file


def free_leases() -> None:
    """Give back what a killed worker had claimed, where nobody else can be working on it."""
    from django.db import connection

    from havn.domain.jobs import services as jobs

    if connection.vendor == "sqlite":
        jobs.free_leases()


def _run_lanes(stop: Event, *, until_idle: bool) -> None:
    """Run the sealer beside three lanes: work inside the node, with other nodes, and with everybody else."""
    seals = sealer()  # here, so that a worker that cannot seal ends with the reason
    work = Work(alone=background_work(), together=work_together(), context=outside())
    order_freeze()
    order_roster()
    order_beat()
    order_gaps()
    order_calendar()
    inside, alliance = work.alone.keys() & INSIDE, work.alone.keys() & ALLIANCE
    lanes = [
        Thread(target=_lane, args=(kinds, work, stop, until_idle), name=name)
        for name, kinds in (
            ("inside", inside),
            ("alliance", alliance),
            ("outside", work.alone.keys() - inside - alliance),
        )
    ]
    with sealing(seals, stop):
        for lane in lanes:
            lane.start()
        while any(lane.is_alive() for lane in lanes):
            for lane in lanes:
                lane.join(timeout=0.2)  # short, so that the main thread hears signals


@contextmanager
def sealing(seals: Sealer, stop: Event) -> Iterator[None]:
    """Seal beside what runs in the block, and once more after it; a sealer that dies stops the worker."""
    from django.db import connection

    is_over, has_died = Event(), Event()

    def seal() -> None:
        try:
            _seal(seals, is_over)
        except Exception as error:
            logger.exception("the sealer died", exc_info=error)
            has_died.set()
            stop.set()
        finally:
            connection.close()

    thread = Thread(target=seal, name="sealer")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    if has_died.is_set():
        raise CouldNotError(
            "The audit chain can be sealed no more (the log says why), and nothing is done "
            "unsealed. Mend that, then start the worker again."
        )


def background_work() -> dict[str, Callable[..., None]]:
    """Return the work of the half of `workflow` that this role runs."""
    from django.conf import settings

    work = _of_workflow("BACKGROUND_WORK")
    if settings.HAVN_ROLE == "hub":  # a hub that is no node has nobody to exchange with
        return work if _has_own_node() else _of_workflow("WITHOUT_A_NODE")
    from havn.domain.members import tasks as members
    from havn.domain.reporting import tasks as reporting

    return {
        **work,
        reporting.FREEZE_QUARTER: reporting.freeze_quarters,
        members.REFRESH_ROSTER: members.refresh_roster,
    }


def work_together() -> dict[str, Callable[..., None]]:
    """Return the kinds of which several are done in one transaction."""
    return _of_workflow("DONE_TOGETHER")


def _of_workflow(name: str) -> dict[str, Callable[..., None]]:
    from django.conf import settings
    from django.utils.module_loading import import_string

    found: dict[str, Callable[..., None]] = import_string(
        f"havn.domain.workflow.tasks.{settings.HAVN_WORK}.{name}"
    )
    return found


def order_freeze() -> None:
    """Order that the running quarter's figures are frozen after its end; a hub has none."""
    from django.conf import settings

    if settings.HAVN_ROLE == "hub":
        return
    from havn.domain.reporting import tasks as reporting
    from havn.lib.clock import now

    organisation = start.operator().organisation
    if organisation is not None:
        reporting.order_freeze(organisation=organisation, at=now())


def order_roster() -> None:
    """Order that the roster is looked at from now on: a node follows it, a hub keeps it fresh."""
    from havn.domain.members import tasks as members
    from havn.lib.clock import now

    members.order_refresh(at=now())


def order_beat() -> None:
    """Order that the node's log beats from now on; a hub that is no node has none."""
    from django.conf import settings

    if not _has_own_node():
        return
    from havn.domain.workflow.tasks import exchanging
    from havn.lib.clock import now

    exchanging.order_beat(at=now())
    half = import_module(f"havn.domain.workflow.tasks.{settings.HAVN_WORK}")
    half.read_unknown_again(at=now())


def order_calendar() -> None:
    """Order that a hub looks at its calendar of reports from now on; a node has its own."""
    from django.conf import settings

    if settings.HAVN_ROLE != "hub":
        return
    from havn.domain.workflow.tasks import hub
    from havn.lib.clock import now

    hub.order_calendar(at=now())


def order_gaps() -> None:
    """Order that a hub counts gaps between laws from now on; a node does with the first answer that it hears."""
    from django.conf import settings

    if settings.HAVN_ROLE != "hub" or not _has_own_node():
        return
    from havn.domain.workflow.tasks import law
    from havn.lib.clock import now

    law.order_gaps(at=now())


def _has_own_node() -> bool:
    """Whether there is an own node; a hub made by an earlier release has none, and serves the roster alone."""
    from havn.domain.errors import NotFoundError

    try:
        start.operator()
    except NotFoundError:
        return False
    return True


def outside() -> Any:
    """Return the outside systems that the settings choose."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    name = "outside_of_hub" if settings.HAVN_ROLE == "hub" else "outside"
    return import_string(f"havn.config.outside.{name}")()


def _lane(kinds: Collection[str], work: Work, stop: Event, until_idle: bool) -> None:  # noqa: FBT001
    from django.db import DatabaseError, InterfaceError, connection

    while not stop.is_set():  # also without a kind of work, as on a hub: the sealer goes on
        try:
            order_waiting(kinds)
            did_something = run_due(kinds=kinds, work=work)
        except (DatabaseError, InterfaceError) as error:
            logger.exception("the database is in trouble", exc_info=error)
            connection.close()
            stop.wait(AFTER_TROUBLE_SECONDS)
            continue
        if did_something:
            continue
        if until_idle:
            break
        stop.wait(LOOK_EVERY_SECONDS)
    connection.close()


def order_waiting(kinds: Collection[str]) -> None:
    """Turn what waits in rows of its own into jobs; the lane that files looks after it."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    from havn.lib.clock import now

    if INSIDE.isdisjoint(kinds):
        return
    for order in import_string(f"havn.domain.workflow.tasks.{settings.HAVN_WORK}.ORDERING"):
        order(now())


def sealer() -> Sealer:
    """Return the sealer with this process's anchor key and the node's anchors folder."""
    from django.conf import settings

    from havn.domain.audit.clients import AnchorFolder
    from havn.domain.audit.tasks import Sealer

    return Sealer(
        private=settings.HAVN_KEYRING.read("audit-anchor-key"),
        public=settings.HAVN_KEYRING.read("audit-anchor-key.pub"),
        store=AnchorFolder(start.folder() / "anchors"),
    )


def _seal(seals: Sealer, is_over: Event) -> None:
    from django.db import DatabaseError, InterfaceError, connection

    from havn.lib.clock import now

    while True:
        is_last = is_over.wait(SEAL_EVERY_SECONDS)
        try:
            while seals.run_once(at=now()):
                pass
            if is_last:
                seals.sign_head(at=now())
        except (DatabaseError, InterfaceError, OSError) as error:
            logger.exception("the chain could not be sealed", exc_info=error)
            connection.close()
        if is_last:
            break
