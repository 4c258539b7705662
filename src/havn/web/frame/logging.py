# SPDX-License-Identifier: Apache-2.0
"""Logs as JSON lines with an allow-list of fields (peers.md R4, R5): no address, agent, path, text or value."""

from __future__ import annotations

import json
import logging
import secrets
import traceback
import warnings
from contextvars import ContextVar, Token
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TextIO

from django.utils.html import escape
from django.views.debug import ExceptionReporter

if TYPE_CHECKING:
    from types import TracebackType

    from django.utils.safestring import SafeString

# What `extra=` may carry into a line; a field that is not here is dropped without a word.
FIELDS = frozenset(
    {
        "job_id",
        "kind",
        "count",
        "status_code",
        "seconds",
        "failures",
        "role",
        "audience",
        "signal",
        "check",
        "code",
    }
)
_request_id: ContextVar[str] = ContextVar("request_id", default="")


def begin_request() -> Token[str]:
    """Lines written from now on carry a new random id, which says nothing about who asks."""
    return _request_id.set(secrets.token_hex(8))


def end_request(mark: Token[str]) -> None:
    """Lines carry the id from before."""
    _request_id.reset(mark)


def request_id() -> str:
    """Return the id of the request being answered, empty outside one."""
    return _request_id.get()


class RequestRemovingFilter(logging.Filter):
    """Takes whole request objects off a record, with everything that hangs on them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record pass without its request and without values put into its sentence."""
        record.__dict__.pop("request", None)
        record.__dict__.pop("server_time", None)
        if not record.name.startswith("havn"):
            # Foreign sentences carry paths, host names and queries, in their arguments or already written out.
            record.msg, record.args = "", ()
        return True


class JsonLinesFormatter(logging.Formatter):
    """Writes one JSON object a line, from allow-listed fields only."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; our own sentences appear as written in the source, their arguments never do."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
        }
        if record.name.startswith("havn") and isinstance(record.msg, str):
            line["event"] = record.msg
        if request_id():
            line["request_id"] = request_id()
        line |= {name: _plain(value) for name, value in record.__dict__.items() if name in FIELDS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = fault(record.exc_info[0], record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, sort_keys=True)


def fault(kind: type[BaseException], trace: TracebackType | None) -> dict[str, Any]:
    """Return type, file and line of an exception, which is all that may be known about it."""
    frames = traceback.extract_tb(trace)
    if not frames:
        return {"type": kind.__name__}
    last = frames[-1]
    return {
        "type": kind.__name__,
        "file": "/".join(PurePath(last.filename).parts[-3:]),
        "line": last.lineno,
    }


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | bool) or value is None else str(value)[:80]


def warnings_as_lines() -> None:
    """From now on a warning is a line like any other: its kind and place, never its sentence."""
    warnings.showwarning = _log_warning


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    del message, file, line  # a sentence of a warning may name hosts
    place = "/".join(PurePath(filename).parts[-3:])
    extra = {"kind": category.__name__, "code": f"{place}:{lineno}"}
    logging.getLogger("havn.warnings").warning("a warning", extra=extra)


class PlainExceptionReporter(ExceptionReporter):
    """Django's report of an exception, cut down to type, file, line and request id."""

    def get_traceback_text(self) -> SafeString:
        """Return one line: type, file and line, request id."""
        known = fault(self.exc_type or Exception, self.tb)
        where = f"{known.get('file', '?')}:{known.get('line', '?')}"
        return escape(f"{known['type']} at {where}, request {request_id() or '?'}")

    def get_traceback_html(self) -> SafeString:
        """Return the same as text: no page shows values."""
        return self.get_traceback_text()


# For Django's LOGGING: every line goes to standard error, nothing goes by mail.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_request": {"()": "havn.web.frame.logging.RequestRemovingFilter"}},
    "formatters": {"lines": {"()": "havn.web.frame.logging.JsonLinesFormatter"}},
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "filters": ["no_request"],
        }
    },
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "havn": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
