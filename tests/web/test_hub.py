# SPDX-License-Identifier: Apache-2.0
"""The hub starts from its own settings and migrations, and knows no casework."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.empty_tables import place_tables
from tests.support.node import RunningNode, node_environment
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.sqlite_only
CASEWORK = (
    "cases", "intake", "assessment", "tracing", "takedown", "investigation", "reporting",
)  # fmt: skip
LOOK = """
import io, json, sys
from havn.cli import start
start.prepare("alliance")
from django.db import connection
from django.urls import get_resolver
from havn.config.wsgi import application
def views(resolver):
    for each in resolver.url_patterns:
        yield from (views(each) if hasattr(each, "url_patterns") else [each.callback])
count = len(list(views(get_resolver())))
def get(path):
    seen = {}
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
    body = b"".join(application(environ, lambda status, headers, *_: seen.update(
        status=status, cookie=[v for k, v in headers if k.lower() == "set-cookie"])))
    return [seen["status"], seen["cookie"], body.decode()]
pages = {path: get(path) for path in ("/", "/en/", "/da/", "/en/participants", "/healthz", "/readyz", "/desk/")}
from havn.domain.workflow.tasks import hub
print(json.dumps({"views": count, "pages": pages, "work": list(hub.WITHOUT_A_NODE),
    "tables": connection.introspection.table_names(),
    "modules": [name for name in sys.modules if name.startswith("havn.domain.")]}))
"""

ASK = """
import io, json, sys
from havn.cli import start
start.prepare("node")
from havn.config.wsgi import application
seen = {}
environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/api/v1/about", "SERVER_NAME": "127.0.0.1", "QUERY_STRING": "",
    "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(),
    "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
body = b"".join(application(environ, lambda status, headers, *_: seen.update(status=status)))
print(json.dumps({"status": seen["status"], "code": json.loads(body)["code"],
    "modules": [name for name in sys.modules if name.startswith("havn.domain.")]}))
"""

SIGN_IN = """
import io, json, sys
from havn.cli import start
start.prepare("desk")
from havn.config.wsgi import application
def get(path):
    seen = {}
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "127.0.0.1", "QUERY_STRING": "",
        "SERVER_PORT": "80", "HTTP_HOST": "127.0.0.1", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "SERVER_PROTOCOL": "HTTP/1.1"}
    b"".join(application(environ, lambda status, headers, *_: seen.update(status=status, to=dict(headers).get("Location", ""))))
    return [seen["status"], seen["to"]]
paths = ("/", "/desk/", "/desk/en/", "/desk/en/sign-in/", "/desk/en/secretariat/office-keys/", "/desk/en/items/")
print(json.dumps({"pages": {path: get(path) for path in paths},
    "modules": [name for name in sys.modules if name.startswith("havn.domain.")]}))
"""

RECORD = """
from havn.cli import start
start.prepare()
from django.db import transaction
from havn.domain.actor import Actor
from havn.domain.audit import services
from havn.lib.clock import now
with transaction.atomic():
    services.record(action="test.recorded", actor=Actor.operator(), subject_kind="item",
        subject_id=None, at=now())
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "data"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    environment |= {
        "HAVN_DATA": str(folder), "HAVN_ROLE": "hub", "PYTHONPATH": str(ROOT / "src"),
        "HAVN_NODE_ADDRESS": "https://hub.example",
    }  # fmt: skip
    place_tables(environment)
    said = []
    for command in (["-m", "havn", "init"], ["-c", LOOK], ["-c", ASK], ["-c", SIGN_IN]):
        done = subprocess.run(
            [sys.executable, *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    return json.loads(said[1]) | {"asked": json.loads(said[2]), "desk": json.loads(said[3])}


def test_the_hub_answers_every_page_without_a_cookie(hub):
    for path in ("/", "/en/", "/da/", "/en/participants", "/healthz", "/readyz"):
        status, cookies, _ = hub["pages"][path]
        assert (status, cookies) == ("200 OK", []), path
    assert hub["views"] >= 4


def test_the_hub_has_no_desk_of_casework(hub):
    assert hub["pages"]["/desk/"][0].startswith("404")


def test_the_hub_has_no_casework_tables(hub):
    assert [t for t in hub["tables"] if t.split("_")[0] in CASEWORK] == []


def casework_among(modules):
    # The track's rules are values that the policy file is read into; nothing else of it is loaded.
    allowed = ("havn.domain.cases", "havn.domain.cases.rules")
    return [
        name
        for name in modules
        if name.split(".")[2] in CASEWORK
        and not name.startswith(allowed[1])
        and name != allowed[0]
    ]


def test_the_hub_loads_no_casework(hub):
    assert casework_among(hub["modules"]) == []


def test_other_nodes_ask_the_hub_as_they_ask_a_node(hub):
    asked = hub["asked"]
    assert (asked["status"], asked["code"]) == ("401 Unauthorized", "unsigned")
    assert casework_among(asked["modules"]) == []


def test_the_hub_has_a_desk_of_its_own_and_loads_no_casework_for_it(hub):
    pages = hub["desk"]["pages"]
    assert pages["/desk/en/sign-in/"][0] == "200 OK"
    for path in ("/desk/en/", "/desk/en/secretariat/office-keys/"):
        assert pages[path] == ["302 Found", f"/desk/en/sign-in/?next={path}"]
    assert casework_among(hub["desk"]["modules"]) == []


def test_a_hub_that_is_no_node_keeps_its_roster_fresh_and_its_calendar(hub):
    assert hub["work"] == [
        "refresh_roster",
        "report_calendar",
        "report_reminder",
        "report_question_mail",
    ]


def test_the_worker_of_a_hub_seals_on_until_it_is_stopped(tmp_path):
    hub = RunningNode(
        folder=tmp_path, port=0, environment=node_environment(tmp_path, HAVN_ROLE="hub")
    )
    hub.run("init")
    worker = hub.start("worker", "worker")

    def linked():
        assert worker.poll() is None, f"the worker ended: {hub.said('worker')}"
        with closing(sqlite3.connect(tmp_path / "havn.sqlite3")) as database:
            counted = "select count(*) from audit_entry where sequence is not null"
            return database.execute(counted).fetchone()[0]

    try:
        wait_until(lambda: "worker starts" in hub.said("worker"), seconds=60, what="the start")
        for number in (1, 2):
            subprocess.run([sys.executable, "-c", RECORD], env=hub.environment, check=True)
            wait_until(lambda: linked() == number, seconds=30, what="the link")  # noqa: B023
        worker.terminate()
        assert worker.wait(timeout=30) == 0
    finally:
        hub.stop()
