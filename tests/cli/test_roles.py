# SPDX-License-Identifier: Apache-2.0
"""Public site, desk and worker as three processes, each with its own keys and its own database role."""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest

from havn.lab import Lab, Page, free_port
from havn.lab.pages import Visitor
from havn.lab.people import Reporter
from tests.support.node import ROOT, RunningNode, node_environment
from tests.support.postgres import running_postgres
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db, pytest.mark.timeout(300)]


def of_role(node, name, server, database):
    """Return the node as one process sees it: its keys and its role, no others."""
    keys = node.folder.parent / f"keys-{name}"
    node.run("keys", "place", name, str(keys))
    environment = node.environment | {
        "HAVN_DATABASE": server.address(database, user=f"havn_{name}"),
        "HAVN_KEYS": str(keys),
    }
    return RunningNode(folder=node.folder, port=free_port(), environment=environment)


@contextmanager
def staff(node, person_id):
    with (node.folder / "desk.output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.desk", person_id, "desk"],
            cwd=ROOT, env=node.environment, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def look(node):
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.look"],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def checks_of(node, audience):
    """Return what doctor says of a process, by check: level and sentences."""
    done = subprocess.run(
        [sys.executable, "-m", "havn", "doctor", "--audience", audience, "--json"],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = {}
    for each in json.loads(done.stdout)["checks"]:
        said[each["check"]] = f"{said.get(each['check'], '')}{each['level']} {each['sentence']} "
    return said


def test_a_report_becomes_a_notice_though_no_process_can_do_more_than_its_part(tmp_path):
    import psycopg

    folder = tmp_path / "node"
    folder.mkdir(mode=0o700)
    with running_postgres(is_durable=True) as server, Lab() as lab:
        lab.write_map(tmp_path / "lab.json")
        lab.put("item-1.provider-a.example", Page.up())
        environment = node_environment(
            folder,
            HAVN_DATABASE=server.create_database("roles"),
            HAVN_POLICY="insecure-demo-policy",
            HAVN_OUTSIDE="insecure-lab",
            HAVN_LAB=str(tmp_path / "lab.json"),
        )
        owner = RunningNode(folder=folder, port=free_port(), environment=environment)
        owner.run(
            "init", "--member", "XD", "--member-name", "Demoland", "--organisation", "Test hotline",
            "--contact", "desk@havn.example", "--url", "http://127.0.0.1",
        )  # fmt: skip
        analyst = owner.add_people()["analyst"]
        with psycopg.connect(server.address("roles"), autocommit=True) as connection:
            connection.execute(owner.run("grants").encode())
        public = of_role(owner, "public", server, "roles")
        desk = of_role(owner, "desk", server, "roles")
        worker = of_role(owner, "worker", server, "roles")
        (folder / "keys").rename(tmp_path / "keys-away")
        try:
            public.start_serving(audience="public")
            worker.start_worker()
            found = checks_of(public, "public")
            assert found["role"].startswith("ok")
            # One user runs all three here, so each can read the keys of the others.
            assert "desk-opening-key in" in found["keys"]
            receipt = Reporter(public.address).report_address(
                "http://item-1.provider-a.example/17"
            )
            with staff(desk, analyst.person_id) as person:

                def noticed():
                    assert person.poll() is None, desk.said("desk")
                    return look(owner)["notices"]

                try:
                    wait_until(noticed, seconds=60, every=0.5, what="the notice")
                except AssertionError as error:
                    told = look(owner)
                    raise AssertionError(
                        f"{error}: {told} {worker.said('worker')} {desk.said('desk')} {public.said('server')}"
                    ) from None
            assert len(lab.mail.letters) >= 1
            with Visitor(public.address) as visitor:
                page = visitor.open("/en/status")
                form = next(each for each in page.forms if "receipt" in each.names)
                assert visitor.send(page, form, {"receipt": receipt}).status == 200
        finally:
            public.stop()
            worker.stop()
