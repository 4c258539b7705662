# SPDX-License-Identifier: Apache-2.0
"""`havn worker`: does what waits in the table of jobs, and seals the audit chain."""

from __future__ import annotations

import fcntl
import logging
import signal
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any

import click

from havn.cli import start
from havn.cli.endings import CouldNotError

if TYPE_CHECKING:
    from havn.domain.audit.tasks import Sealer

logger = logging.getLogger(__name__)
Work = dict[str, Callable[..., None]]
SEAL_EVERY_SECONDS = 0.5
LOOK_EVERY_SECONDS = 0.2
AFTER_TROUBLE_SECONDS = 1.0
# These wait for nobody outside, and nobody outside may make them wait.
INSIDE = frozenset({"file_submission", "project_status", "hold_end", "freeze_quarter", "package"})


@click.command(epilog="Exit codes: 0 stopped by a signal or nothing left, 2 it could not start.")
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
    with _only_worker():
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        logger.info("worker starts")
        _run_lanes(stop, until_idle=until_idle)
        logger.info("worker ended")
    return 0


def _only_worker() -> IO[str]:
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


def _run_lanes(stop: Event, *, until_idle: bool) -> None:
    """Run the sealer beside two lanes: work inside the node, and work that waits for others."""
    work = background_work()
    order_freeze()
    context = outside()
    inside = {kind for kind in work if kind in INSIDE}
    lanes = [
        Thread(target=_lane, args=(kinds, work, context, stop, until_idle), name=name)
        for name, kinds in (("inside", inside), ("outside", set(work) - inside))
    ]
    is_over = Event()
    sealing = Thread(target=_seal, args=(is_over,), name="sealer")
    sealing.start()
    for lane in lanes:
        lane.start()
    while any(lane.is_alive() for lane in lanes):
        for lane in lanes:
            lane.join(timeout=0.2)  # short, so that the main thread hears signals
    is_over.set()
    sealing.join()


def background_work() -> Work:
    """Return the work of the half of `workflow` that this role runs."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    work: Work = import_string(f"havn.domain.workflow.tasks.{settings.HAVN_WORK}.BACKGROUND_WORK")
    if settings.HAVN_ROLE == "hub":
        return work
    from havn.domain.reporting import tasks as reporting

    return {**work, reporting.FREEZE_QUARTER: reporting.freeze_quarters}


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


def outside() -> Any:
    """Return the outside systems that the settings choose."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    if settings.HAVN_ROLE == "hub":
        return None
    return import_string("havn.config.outside.outside")()


def _lane(kinds: Collection[str], work: Work, context: Any, stop: Event, until_idle: bool) -> None:  # noqa: FBT001
    from django.db import DatabaseError, InterfaceError, connection

    while kinds and not stop.is_set():
        try:
            did_something = run_one(kinds=kinds, work=work, context=context)
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


def run_one(*, kinds: Collection[str], work: Work, context: Any) -> bool:
    """Claim and do one due job; false when none was due. A failure is recorded as a code."""
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.errors import RefusedError
    from havn.domain.jobs import services as jobs
    from havn.lib.clock import now

    claimed = jobs.claim(kinds=kinds, at=now(), most=1, lease=settings.HAVN_POLICY.job_lease)
    if not claimed:
        return False
    job = claimed[0]
    try:
        work[job.kind](job, now(), context)
    except Exception as error:
        # The sentence of a foreign error may hold addresses: only its type is kept.
        reason = error.code if isinstance(error, RefusedError) else type(error).__name__
        logger.exception("job failed", extra={"job_id": job.pk, "kind": job.kind, "code": reason})
        actor = Actor.system(organisation=job.organisation)
        jobs.fail(job=job, reason=reason, actor=actor, at=now())
    else:
        jobs.finish(job=job, at=now())
    return True


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


def _seal(is_over: Event) -> None:
    from django.db import DatabaseError, InterfaceError, connection

    from havn.lib.clock import now

    seals = sealer()
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
    connection.close()
