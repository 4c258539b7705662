# SPDX-License-Identifier: Apache-2.0
"""Applications behind the body guard that real server processes run in tests."""

import os
import resource
import tempfile
from contextlib import nullcontext
from pathlib import Path

from havn.lib.http import FORM, BodyGuard, Seats, WaitingRoom, ask_for_new_workers

LARGE = 512  # pieces of 64 KiB: more than what sockets take in unread


def application(environ, start_response):
    """Answer with the body's length, with what this process knows about itself, or with very much."""
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Length", str(LARGE << 16))])
        return (b"x" * 65536 for _ in range(LARGE))
    if environ["PATH_INFO"] == "/self":
        lines = [
            str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss),
            str(len(list(Path(tempfile.gettempdir()).iterdir()))),
            str(os.getpid()),
            str(room.overdue()),
        ]
        content = "\n".join(lines).encode()
    else:
        content = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


def rule_for(method, path):
    """Only the form takes a body."""
    return FORM if (method, path) == ("POST", "/form") else None


guarded = BodyGuard(application, rule_for)
room = WaitingRoom(seconds=0.5, most_overdue=5, on_crowd=ask_for_new_workers)
hurried = BodyGuard(Seats(application, [nullcontext()]), rule_for, waiting_room=room)
