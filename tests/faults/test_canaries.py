# SPDX-License-Identifier: Apache-2.0
"""Canaries: what visitors' browsers say of themselves and what reporters write is found in no file of the node.

Every journey is walked with them: reports of each kind, receipts, a provider's answer, staff who sign in and fail,
hostile requests, faults inside the intake and the worker, and processes killed in the middle.
"""

import base64
import gzip
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import httpx
import pytest

from havn.lab import Lab, Page, free_port
from havn.lab.pages import PageError, Visitor
from havn.lib.encoding import new_receipt
from tests.conftest import DATABASE
from tests.faults.canaries import search
from tests.support.node import ROOT, RunningNode, node_environment, one_time_code
from tests.support.postgres import running_postgres
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]
MARK = f"Kanarie{secrets.token_hex(4)}"  # stands in every text that must not be found
# What staff type to look something up: the database must compare it, so PostgreSQL may log it, and nobody else.
TYPED = f"Gesucht{secrets.token_hex(4)}"
CONTROL = f"Kontrol{secrets.token_hex(4)}"  # is stored openly, and must be found
# Linux: all of 127/8 is this machine. Chosen anew each time, so that no number stands in a file by chance.
ADDRESSES = {
    name: f"127.77.{secrets.randbelow(150) + 100}.{secrets.randbelow(100) + 101}"
    for name in ("reporter", "provider", "staff", "stranger")
}
WRONG_RECEIPTS = ("7777-7777-CNRY-7777-7777", new_receipt())  # one is none, one is nobody's
WORDS = f"{MARK} words, confirmed item 17"


class CanaryVisitor(Visitor):
    """Somebody whose browser says everything about itself, from a network address of its own."""

    def __init__(self, base, who):
        self.address = ADDRESSES[who]
        self._client = httpx.Client(
            base_url=base,
            follow_redirects=True,
            timeout=30.0,
            transport=httpx.HTTPTransport(local_address=self.address),
            headers=headers_of(who),
        )


def headers_of(who):
    """Return what a browser, and proxies on the way, may say."""
    address = ADDRESSES[who]
    return {
        "User-Agent": f"{MARK}-agent/77.1 ({who})", "Referer": f"http://{MARK}-referrer.example/{who}",
        "Accept-Language": f"en;q=0.9,{MARK}-language", "From": f"{MARK}@example.org",
        "X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}", "Via": f"1.1 {MARK}-via",
        "X-Client-Data": f"{MARK}-client", "Sec-CH-UA": f'"{MARK}-brand";v="77"', "DNT": "1",
    }  # fmt: skip


# --- the node --------------------------------------------------------------------------------------------------


class CanaryNode:
    """A node of the lab whose public site, desk and worker are processes of their own."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.temporary = folder.parent / "temporary"
        self.temporary.mkdir()
        self.server = None
        database = "sqlite"
        if DATABASE == "postgres":
            self.server = stack.enter_context(
                running_postgres(is_durable=True, logs_statements=True)
            )
            database = self.server.create_database("canaries")
        self.lab = stack.enter_context(Lab())
        self.lab.write_map(folder.parent / "lab.json")
        environment = node_environment(
            folder, HAVN_DATABASE=database, HAVN_POLICY=str(self._policy()), HAVN_OUTSIDE="insecure-lab",
            HAVN_LAB=str(folder.parent / "lab.json"), TMPDIR=str(self.temporary),
        )  # fmt: skip
        folder.mkdir(mode=0o700)
        self.node = RunningNode(folder=folder, port=free_port(), environment=environment)
        self.desk = RunningNode(folder=folder, port=free_port(), environment=environment)
        stack.callback(self.stop)
        self.node.run(
            "init", "--member", "XD", "--member-name", "Demoland", "--organisation", f"{CONTROL} hotline",
            "--contact", "desk@havn.example", "--url", self.node.address, "--backup-key", str(folder.parent / "backup.key"),
        )  # fmt: skip
        self.people = self.node.add_people()

    def _policy(self):
        """The demonstration's, but that a killed worker's jobs are taken up soon."""
        path = self.folder.parent / "policy.toml"
        demo = ROOT / "src/havn/config/policies/insecure-demo-policy.toml"
        policy = demo.read_text(encoding="utf-8")
        assert policy.count('job_lease = "15 s"') == 1
        path.write_text(
            policy.replace('job_lease = "15 s"', 'job_lease = "2 s"'), encoding="utf-8"
        )
        return path

    def has_filed_all(self):
        """Do what is due; a job that the kill left claimed becomes due when its lease is over."""
        self.node.run("worker", "--until-idle")
        return self.count("intake_submission") == self.count("cases_report")

    def serve(self):
        """Start public site and desk."""
        started = [
            (each, name, each.start(name, "serve", "--audience", name, "--port", str(each.port), "--workers", "1"))
            for each, name in ((self.node, "public"), (self.desk, "desk"))
        ]  # fmt: skip
        for each, name, process in started:
            each.wait_for_answer(process, name=name)

    def kill_all(self):
        """End everything at once, in the middle of whatever it does."""
        self.node.kill("worker")
        self.node.kill("public")
        self.desk.kill("desk")

    def stop(self):
        self.node.stop()
        self.desk.stop()

    def sql(self, *statements):
        """Run statements of the operator's; return the rows of the last."""
        if self.server:
            import psycopg

            with psycopg.connect(self.server.address("canaries"), autocommit=True) as connection:
                for each in statements:
                    cursor = connection.execute(each.encode())
                return cursor.fetchall() if cursor.description else []
        connection = sqlite3.connect(self.folder / "havn.sqlite3", timeout=30)
        try:
            for each in statements:
                rows = connection.execute(each).fetchall()
            connection.commit()
            return rows
        finally:
            connection.close()

    @contextmanager
    def without_table(self, name):
        """Let a table be away, so that whatever needs it raises an error that nobody foresaw."""
        self.sql(f"ALTER TABLE {name} RENAME TO {name}_away")
        try:
            yield
        finally:
            self.sql(f"ALTER TABLE {name}_away RENAME TO {name}")

    def count(self, table, condition="1 = 1"):
        return int(self.sql(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])

    @contextmanager
    def staff(self):
        """Let staff assess and confirm what comes, until the block ends."""
        with (self.folder / "staff.output").open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.desk", self.people["analyst"].person_id],
                cwd=ROOT, env=self.node.environment, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)

    def dump(self):
        """Write every value of every table into a file of its own."""
        path = self.folder.parent / "dump"
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.dump"], cwd=ROOT, env=self.node.environment, capture_output=True, check=True,
        )  # fmt: skip
        path.write_bytes(done.stdout)
        return path

    def files(self, *more):
        """Return every file that the node and its database keep; its own style sheets left out."""
        places = [
            self.folder,
            self.temporary,
            *more,
            *([self.server.folder] if self.server else []),
        ]
        found = [place for place in places if place.is_file()]
        for place in places:
            for root, folders, names in os.walk(place):
                if root.endswith(
                    "/data/base"
                ):  # PostgreSQL's own patterns of databases, which nobody uses
                    folders[:] = [name for name in folders if int(name) > 16000]
                folders[:] = [name for name in folders if name not in {"static", "programs"}]
                found += [Path(root) / name for name in names if (Path(root) / name).is_file()]
        return found


# --- the journeys ----------------------------------------------------------------------------------------------

REPORTS = (
    {"kind": "address", "address": f"http://{CONTROL.lower()}.provider-a.example/17", "contact": "yes",
     "reach": f"{MARK}-reach@example.org", "police": "on"},
    {"kind": "several", "addresses": "http://item-2.provider-a.example/17 http://item-3.provider-b.example/17",
     "contact": "yes", "reach": f"{MARK} by telephone"},
    {"kind": "not_web", "app": f"{MARK} chat", "contact": "no"},
)  # fmt: skip


def report(node, known, *, who="reporter", is_sent=True):
    """Walk through the form; return the receipt, or stop before sending."""
    known = {"words": WORDS, "where": f"{MARK} where", "seen": "abuse", "when": "week", **known}
    with CanaryVisitor(node.address, who) as visitor:
        page = visitor.open(f"/en/report?{MARK}-query=1")
        for _ in range(20):
            form = page.form(identifier="report")
            if any(button.value == "send" for button in form.buttons):
                if not is_sent:
                    return ""
                return visitor.send(page, form, press="send").texts["receipt"].strip()
            fitting = {name: text for name, text in known.items() if name in form.names}
            page = visitor.send(page, form, fitting, press="next")
    raise AssertionError("the form has no end")


def look_up(node, receipt):
    """Ask what became of a report."""
    with CanaryVisitor(node.address, "reporter") as visitor:
        page = visitor.open("/en/status")
        form = next(each for each in page.forms if "receipt" in each.names)
        return visitor.send(page, form, {"receipt": receipt}).html


def hostile_requests(node, *, start):
    """Ask for what fails: unknown pages, wrong hosts, bodies that are refused or broken, from a telling address."""
    form = "application/x-www-form-urlencoded"
    for method, path, host, kind, sent in (
        ("GET", f"{start}{MARK}-nowhere?{MARK}=1", "127.0.0.1", form, b""),
        ("GET", f"{start}report", f"{MARK}-host.example", form, b""),
        ("GET", f"{start}{quote(MARK)}%FF%00", "127.0.0.1", form, b""),
        ("POST", f"{start}status", "127.0.0.1", form, urlencode({"receipt": WRONG_RECEIPTS[1]}).encode()),
        ("POST", f"{start}receipt", "127.0.0.1", form, f"move=send&state={MARK}".encode()),
        ("POST", f"{start}report", "127.0.0.1", form, f"{MARK}=1&".encode() * 5000),
        ("POST", f"{start}sign-in/", "127.0.0.1", form, f"login={TYPED}@example.org&password={MARK}".encode()),
        ("POST", f"{start}report", "127.0.0.1", f"multipart/form-data; boundary={MARK}", WORDS.encode()),
        ("POST", f"{start}nowhere", "127.0.0.1", "image/png", WORDS.encode()),
        (MARK, f"{start}report", "127.0.0.1", form, b""),
    ):  # fmt: skip
        told = {**headers_of("stranger"), "Cookie": f"havn_desk={MARK}-cookie; {MARK}=1"}
        head = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Type: {kind}",
                f"Content-Length: {len(sent)}", *(f"{name}: {text}" for name, text in told.items()), "", ""]  # fmt: skip
        with socket.socket() as plug:
            plug.bind((ADDRESSES["stranger"], 0))
            plug.connect(("127.0.0.1", node.port))
            try:
                plug.sendall("\r\n".join(head).encode() + sent)
                while plug.recv(65536):
                    pass
            except ConnectionError:
                pass  # a refused body cuts the sender off


def fail_inside_the_intake(canary):
    """Send a report whose row cannot be stored, for a reason that no code foresees."""
    with canary.without_table("intake_submission"), pytest.raises(PageError, match="answered 50"):
        report(canary.node, REPORTS[0])


def fail_inside_the_worker(canary):
    """Let the filing of reports fail with them in hand, then kill the worker."""
    with canary.without_table("cases_itemtelling"):
        canary.node.start_worker()
        wait_until(
            lambda: canary.count("jobs_job", "last_error <> ''"), seconds=60, what="a failed job"
        )
        canary.node.kill("worker")
    # The first retry is half a minute away; an operator's button brings it forward.
    canary.sql(
        "UPDATE jobs_job SET due_at = recorded_at, lease_until = NULL WHERE done_at IS NULL"
    )


def sign_in(canary):
    """Fail to sign in in every way, then come in, open a text and search."""
    person = canary.people["analyst"]
    with CanaryVisitor(canary.desk.address, "staff") as visitor:
        for email, password in (
            (f"{TYPED}@example.org", f"{MARK}-guess"),
            (person.email, f"{MARK}-guess"),
            (person.email, person.password),
        ):
            page = visitor.open(f"/desk/en/sign-in/?{MARK}=1")
            page = visitor.send(
                page,
                page.form(button="Continue"),
                {"login": email, "password": password},
                press="Continue",
            )
        page = visitor.send(
            page, page.form(button="Sign in"), {"code": f"{MARK}"[:16]}, press="Sign in"
        )
        code = one_time_code(person.secret)
        page = visitor.send(page, page.form(button="Sign in"), {"code": code}, press="Sign in")
        assert page.path == "/desk/en/", page.path
        items = visitor.open("/desk/en/items/")
        form = next(each for each in items.forms if "search" in each.names)
        visitor.send(items, form, {"search": f"{TYPED} search"})
        found = canary.sql("SELECT i.id FROM cases_contentitem i WHERE i.kind = 'described'")
        opened = visitor.open(f"/desk/en/item/{UUID(str(found[0][0]))}/text/")
        assert MARK in opened.html, "what was sealed can be read by whom it is for"


def answer_notice(canary):
    """Answer the notice as the provider, first in a way that is refused; return the link's token."""
    wait_until(lambda: canary.lab.mail.letters, seconds=90, every=0.2, what="a notice")
    letter = canary.lab.mail.letters[0]
    link = next(word for word in letter.text.split() if "/answer/" in word).strip("<>.,")
    with CanaryVisitor(canary.node.address, "provider") as visitor:
        page = visitor.open(urlsplit(link).path)
        form = page.form(button="Send the answer")
        page = visitor.send(page, form, {"kind": "removed", "text": f"{MARK} too soon"})
        form = page.form(button="Send the answer")
        page = visitor.send(page, form, {"kind": "need_more", "text": f"{MARK} we need more"})
        assert "We have your answer" in page.html
    assert all(MARK not in str(each.message) for each in canary.lab.mail.letters)
    return link.rpartition("/")[2]


def report_until_killed(canary):
    """Report again and again, and end every process while it goes on; return what was answered."""
    receipts, is_over = [], threading.Event()

    def go_on():
        while not is_over.is_set():
            try:
                receipts.append(report(canary.node, REPORTS[2]))
            except Exception:  # noqa: BLE001 - killed in the middle
                is_over.wait(0.05)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        wait_until(lambda: len(receipts) >= 2, seconds=60, what="reports under way")
        canary.kill_all()
    finally:
        is_over.set()
        thread.join()
    return receipts


# --- the search ------------------------------------------------------------------------------------------------


def wanted(receipts, token):
    """Return every text that must not stand anywhere."""
    codes = [*receipts, *WRONG_RECEIPTS]
    codes += [code.replace("-", other) for code in codes for other in ("", " ")]
    numbers = []
    for address in ADDRESSES.values():
        parts = [int(part) for part in address.split(".")]
        numbers += [
            address,
            address.replace(".", "-"),
            str(int.from_bytes(parts, "big")),
            f"{parts[0]:02x}{parts[1]:02x}:{parts[2]:02x}{parts[3]:02x}",
        ]
    return [MARK, TYPED, *codes, token, *numbers]


def look(files, secret, control):
    """Fail where a secret is found; return the places where the controls are, which are stored openly."""
    finds = search(files, [*secret, *control])
    leaks = [
        (canary, where, *more)
        for canary, where, *more in finds
        if canary in secret and not (canary == TYPED and where == "server.log")
    ]
    assert leaks == [], "\n".join(map(str, leaks))
    return {(canary, where) for canary, where, _coding, _around in finds}


def look_as_the_kill_left_it(canary, secret):
    """Search all files, with what was written last still in the database's own log."""
    planted = canary.temporary / "planted"
    planted.write_bytes(b"\0" * 999 + base64.b64encode(gzip.compress(CONTROL.encode() * 2)))
    found = look(canary.files(), secret, [CONTROL, "server starts"])
    planted.unlink()
    assert (CONTROL, "planted, from base64, unpacked") in found
    assert {("server starts", "public.output"), ("server starts", "desk.output")} <= found
    if canary.server:
        assert (CONTROL, "server.log") in found, "statements are not logged"
        assert any(re.fullmatch("[0-9A-F]{24}", where) for _, where in found), (
            "no WAL was searched"
        )
    else:
        assert (CONTROL, "havn.sqlite3-wal") in found
    person = canary.people["analyst"].person_id
    found = look([canary.dump()], secret, [CONTROL, person])
    assert (CONTROL, "dump") in found
    assert (person, "dump, from base64, unpacked") in found, "sessions were not unpacked"


def test_nothing_of_a_visitor_is_found_outside_the_sealed_fields(tmp_path):
    with ExitStack() as stack:
        canary = CanaryNode(stack, tmp_path / "node")
        for name in (CONTROL.lower(), "item-2", "item-3"):
            canary.lab.put(
                f"{name}.provider-{'b' if name == 'item-3' else 'a'}.example", Page.up()
            )
        canary.serve()
        receipts = [report(canary.node, known) for known in REPORTS]
        report(canary.node, REPORTS[0], is_sent=False)
        fail_inside_the_intake(canary)
        hostile_requests(canary.node, start="/en/")
        hostile_requests(canary.desk, start="/desk/en/")
        for receipt in (receipts[0], *WRONG_RECEIPTS):
            look_up(canary.node, receipt)
        fail_inside_the_worker(canary)
        canary.node.start_worker()
        with canary.staff():
            token = answer_notice(canary)
        sign_in(canary)
        receipts += report_until_killed(canary)
        secret = wanted(receipts, token)
        look_as_the_kill_left_it(canary, secret)
        canary.serve()
        assert "look" in look_up(canary.node, receipts[0])
        wait_until(
            canary.has_filed_all, seconds=60, every=1, what="all that was answered is filed"
        )
        canary.stop()
        backup = tmp_path / "node.backup"
        canary.node.run("backup", str(backup))
        look(canary.files(backup, canary.dump()), secret, [])
        kept = canary.count("intake_submission"), canary.count("cases_report")
        assert kept[0] == kept[1] >= len(receipts), "the reports themselves must have arrived"
