# SPDX-License-Identifier: Apache-2.0
"""An application behind the body guard that a real server process runs in tests."""

import os
import resource
import tempfile
from pathlib import Path

from havn.lib.http import FORM, BodyGuard


def application(environ, start_response):
    """Answer with the body's length, or with what this process knows about itself."""
    if environ["PATH_INFO"] == "/self":
        lines = [
            str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss),
            str(len(list(Path(tempfile.gettempdir()).iterdir()))),
            str(os.getpid()),
        ]
        content = "\n".join(lines).encode()
    else:
        content = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Length", str(len(content)))])
    return [content]


guarded = BodyGuard(
    application, lambda method, path: FORM if (method, path) == ("POST", "/form") else None
)
