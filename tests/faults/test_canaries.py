# SPDX-License-Identifier: Apache-2.0
"""Canaries: what a reporter's browser says of itself and what a reporter writes is found in no file of the node."""

import json
import os
import socket
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from havn.lab.pages import Visitor
from havn.lib.encoding import normalise_receipt
from tests.conftest import DATABASE
from tests.support.node import ROOT, new_node
from tests.support.postgres import running_postgres

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
ADDRESS = "127.77.31.9"  # the reporter's own network address
AGENT = "Canary-Agent/77.1 (canary-agent-b7f3)"
REFERRER = "http://canary-referrer-c4d9.example/from"
WORDS = "canary words 5be1 confirmed item 17"
CONTACT = "canary-contact-90ab@example.org"
WRONG_RECEIPT = "7777-7777-CNRY-7777-7777"


def test_nothing_of_a_reporter_is_found_outside_the_sealed_fields(tmp_path):
    folder, temporary = tmp_path / "node", tmp_path / "temporary"
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary)}
    if DATABASE == "postgres":
        with running_postgres(is_durable=True) as server:
            environment["HAVN_DATABASE"] = server.create_database("canaries")
            look_for_canaries(folder, temporary, environment, server)
    else:
        look_for_canaries(folder, temporary, environment, None)


def look_for_canaries(folder, temporary, environment, server):
    database = environment.pop("HAVN_DATABASE", "sqlite")
    node = new_node(folder, database=database, HAVN_HOSTS="127.0.0.1", **environment)
    try:
        node.start_serving(audience="public")
        receipt = report(node)
        hostile_requests(node, receipt)
        node.run("worker", "--until-idle")
    finally:
        node.stop()
    backup = folder.parent / "node.backup"
    recipient(node)
    node.run("backup", str(backup))
    places = [folder, temporary, backup, *([server.folder] if server else [])]
    bare = normalise_receipt(receipt)
    canaries = [ADDRESS, "canary-agent-b7f3", "canary-referrer-c4d9", "canary words 5be1",
                "canary-contact-90ab", receipt, bare, WRONG_RECEIPT]  # fmt: skip
    assert any(b"Test hotline" in path.read_bytes() for path in files(places[:1] + places[3:])), (
        "the search itself finds nothing"
    )
    found = sorted(
        (canary, path.name)
        for path in files(places)
        for canary in canaries
        if canary.encode() in path.read_bytes()
    )
    assert found == []
    assert stored(node) == {"submissions": 1, "reports": 1}, "the report itself must have arrived"


def report(node):
    """Walk through the form as a browser that says everything about itself."""
    with Visitor(node.address) as visitor:
        visitor._client.headers.update({  # the browser of this test, not of the lab
            "User-Agent": AGENT, "Referer": REFERRER, "X-Forwarded-For": ADDRESS, "X-Real-IP": ADDRESS,
        })  # fmt: skip
        known = {"kind": "not_web", "app": WORDS, "words": WORDS, "where": WORDS, "seen": "abuse",
                 "when": "week", "contact": "yes", "reach": CONTACT}  # fmt: skip
        page = visitor.open("/en/report")
        for _ in range(20):
            form = page.form(identifier="report")
            if any(button.value == "send" for button in form.buttons):
                page = visitor.send(page, form, press="send")
                return page.texts["receipt"].strip()
            fitting = {name: text for name, text in known.items() if name in form.names}
            page = visitor.send(page, form, fitting, press="next")
    raise AssertionError("the form has no end")


def hostile_requests(node, receipt):
    """Ask for what fails: wrong receipts, unknown pages, a wrong host, a broken body, from a telling address."""
    body = urlencode({"receipt": WRONG_RECEIPT}).encode()
    for method, path, host, sent in (
        ("POST", "/en/status", "127.0.0.1", body),
        ("POST", "/en/status", "127.0.0.1", urlencode({"receipt": receipt}).encode()),
        ("GET", "/en/nowhere?words=canary+words+5be1", "127.0.0.1", b""),
        ("GET", "/en/report", "canary-referrer-c4d9.example", b""),
        ("POST", "/en/receipt", "127.0.0.1", b"move=send&state=canary words 5be1"),
        ("POST", "/en/nowhere", "127.0.0.1", WORDS.encode()),
    ):
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: {host}:{node.port}", f"User-Agent: {AGENT}",
            f"Referer: {REFERRER}", f"X-Forwarded-For: {ADDRESS}", "Connection: close",
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(sent)}",
        ]  # fmt: skip
        with socket.socket() as plug:
            plug.bind((ADDRESS, 0))  # Linux: all of 127/8 is this machine
            plug.connect(("127.0.0.1", node.port))
            plug.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + sent)
            while plug.recv(65536):
                pass


def recipient(node):
    """Give the node a backup key, which `init` of the tests leaves out."""
    code = (
        "from pathlib import Path; from havn.lib.keyring import Keyring, BACKUP_RECIPIENT;"
        "from havn.lib.sealing import new_key_pair;"
        f"Keyring(Path({str(node.folder / 'keys')!r})).store(BACKUP_RECIPIENT, new_key_pair()[1])"
    )
    subprocess.run([sys.executable, "-c", code], env=node.environment, check=True)


def stored(node):
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.look"],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seen = json.loads(done.stdout)
    return {name: seen[name] for name in ("submissions", "reports")}


def files(places):
    for place in places:
        if place.is_file():
            yield place
        for root, _folders, names in os.walk(place):
            for name in names:
                path = place.__class__(root) / name
                if path.is_file():
                    yield path
