# SPDX-License-Identifier: Apache-2.0
"""Logs hold no address, agent, path, referrer, text or value, whoever writes them."""

import io
import json
import logging
import sys
import warnings

from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from havn.web.frame.logging import (
    JsonLinesFormatter,
    PlainExceptionReporter,
    RequestRemovingFilter,
    fault,
    warnings_as_lines,
)

CANARIES = ("127.77.1.2", "Canary/9", "https://canary.example/", "canary-path", "canary-value")


def logged(name, write):
    sink = io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.addFilter(RequestRemovingFilter())
    handler.setFormatter(JsonLinesFormatter())
    logger = logging.getLogger(name)
    old, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        write(logger)
    finally:
        logger.removeHandler(handler)
        logger.propagate = old
    return sink.getvalue()


def request_with_canaries():
    return RequestFactory().get(
        "/en/canary-path?q=canary-value",
        REMOTE_ADDR="127.77.1.2",
        headers={"User-Agent": "Canary/9", "Referer": "https://canary.example/"},
    )


def test_a_record_with_a_whole_request_leaves_nothing_of_it():
    request = request_with_canaries()
    line = logged(
        "django.request",
        lambda logger: log_response(
            "Not Found: %s",
            request.path,
            response=HttpResponse(status=404),
            request=request,
            logger=logger,
        ),
    )
    assert json.loads(line)["status_code"] == 404
    assert not any(canary in line for canary in CANARIES)


def test_every_attribute_of_a_filtered_record_is_free_of_the_request():
    request = request_with_canaries()
    record = logging.LogRecord(
        "django.request", logging.WARNING, "x.py", 1, "at %s", (request.path,), None
    )
    record.request = request
    assert RequestRemovingFilter().filter(record)
    assert not any(canary in repr(record.__dict__) for canary in CANARIES)


def test_a_foreign_sentence_that_is_already_written_out_is_dropped():
    line = logged(
        "django.security.DisallowedHost",
        lambda logger: logger.error(str(DisallowedHost("canary-value"))),
    )
    assert "canary-value" not in line
    assert json.loads(line)["logger"] == "django.security.DisallowedHost"


def test_our_own_lines_carry_allowed_fields_and_drop_others():
    line = json.loads(
        logged(
            "havn.somewhere",
            lambda logger: logger.info("filed", extra={"count": 3, "address": "canary-value"}),
        )
    )
    assert (line["event"], line["count"]) == ("filed", 3)
    assert "address" not in line


def test_our_own_lines_show_no_arguments():
    assert "canary-value" not in logged(
        "havn.somewhere", lambda logger: logger.info("of %s", "canary-value")
    )


def raised():
    try:
        raise ValueError("canary-value")
    except ValueError:
        return sys.exc_info()


def test_an_exception_is_logged_as_type_file_and_line_only():
    kind, error, trace = raised()
    line = logged(
        "havn.somewhere", lambda logger: logger.error("failed", exc_info=(kind, error, trace))
    )
    assert json.loads(line)["error"] == fault(kind, trace)
    assert json.loads(line)["error"]["type"] == "ValueError"
    assert "canary-value" not in line


def test_a_warning_is_a_line_with_its_kind_and_without_its_sentence(monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    warnings_as_lines()

    def warn(_logger):
        warnings.showwarning(UserWarning("canary-value:25"), UserWarning, "/a/b/c/d.py", 7)

    line = json.loads(logged("havn.warnings", warn))
    assert (line["kind"], line["code"], line["level"]) == ("UserWarning", "b/c/d.py:7", "warning")
    assert "canary-value" not in json.dumps(line)


def test_the_report_of_an_exception_holds_no_value_of_the_request():
    reporter = PlainExceptionReporter(request_with_canaries(), *raised())
    for text in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert text.startswith("ValueError at ")
        assert not any(canary in text for canary in CANARIES)
