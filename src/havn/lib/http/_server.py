# SPDX-License-Identifier: Apache-2.0
"""The server that carries a guarded application: settings without which the guard could not keep its word."""

from __future__ import annotations

import multiprocessing
import os
from typing import Any

# Connections to each worker at once; each may need a thread that waits for its peer.
_MOST_CONNECTIONS = 512
# As much as Python's own threads have: with the 2 MiB of granian's, a recursion ends the process and not the request.
_STACK_BYTES = 8 << 20


def guarded_server(
    target: str,
    *,
    host: str,
    port: int,
    workers: int,
    header_milliseconds: int,
    kill_seconds: int,
) -> Any:
    """Return a granian server for a WSGI application; its `serve` answers until SIGTERM or Ctrl-C.

    A request's head may take `header_milliseconds`; a worker that is to go may take `kill_seconds` for what it is at.
    A worker that dies is replaced, and nothing is logged of any request. Workers begin afresh: they share no
    connection, no thread and no settings read too early.
    """
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    multiprocessing.set_start_method("spawn", force=True)
    os.environ.setdefault("RUST_MIN_STACK", str(_STACK_BYTES))
    return Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # HTTP/2 can send a body without announcing its length.
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=header_milliseconds),
        workers=workers,
        backpressure=_MOST_CONNECTIONS,
        # They are made when needed, and most of them wait: for a slow sender's body, or for their turn to work.
        blocking_threads=_MOST_CONNECTIONS,
        log_access=False,
        log_enabled=False,
        respawn_failed_workers=True,
        # How long a worker that replaces another has to get ready before that one goes.
        respawn_interval=5.0,
        workers_kill_timeout=kill_seconds,
    )
