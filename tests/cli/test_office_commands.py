# SPDX-License-Identifier: Apache-2.0
"""A national report on an office's own machine: filled in, checked, signed and sent, where Django is not even installed."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from havn.cli import report_files
from havn.cli.endings import CouldNotError
from havn.cli.report_layout import layout_of
from havn.kit import national_report as kit
from havn.lib import wire
from havn.lib.encoding import from_b64u
from havn.lib.http import DirectClient, InsecureLoopbackConnector, InsecureWarning
from havn.lib.signing import key_id
from tests.architecture.source import ROOT
from tests.cli.test_alliance_ceremony import WITHOUT_DJANGO
from tests.support import drafts
from tests.support.workbooks import with_entries
from tests.unit.lib.pretend_world import PUBLIC, PretendResolver, PretendServer

pytestmark = pytest.mark.sqlite_only
OFFICES = ("--office", "National rapporteur", "--office", "Minister of Justice")


def row_of_reports(page):
    """Return the number of the row of all reports received."""
    rows = page.iter_rows(min_col=1, max_col=8, values_only=True)
    wanted = ("R01", "received", None)
    return next(n for n, row in enumerate(rows, 1) if (row[0], row[3], row[7]) == wanted)


class Office:
    """An office's own machine: a folder, and Havn without a node."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "passphrase").write_text("a made-up passphrase\n")

    def run(self, *arguments, code=0):
        """Run `havn national-report ...` here and return what was printed, and on standard error."""
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))
        }
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_DJANGO, "national-report", *map(str, arguments)],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    def make_key(self):
        """Make the office's key, and return its public half."""
        self.run("office-key", "office.key", "--passphrase-file", "passphrase")
        return from_b64u((self.folder / "office.key.pub").read_text().split()[2])

    def template(self, name, **more):
        """Write a template of a made-up member and return its path."""
        options = [part for key, value in more.items() for part in (f"--{key}", value)]
        self.run("template", "--member", "XA", "--year", "2025", *options, "--to", name)
        return self.folder / name

    def fill(self, path, changes):
        """Type into cells of an XLSX workbook; row 2 of the figures stands for the row of reports received."""
        book = load_workbook(path)
        for (sheet, place), value in changes.items():
            where = place
            if sheet == "Figures":
                where = place[0] + str(row_of_reports(book["Figures"]))
            book[sheet][where] = value
        book.save(path)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


# the columns of figures: J value, O status, P source, Q note
RIGHT = {
    ("Read me", "B4"): "2026-01-31",
    ("Figures", "J2"): 1204,
    ("Figures", "P2"): "Register, table 3",
    ("Figures", "Q2"): "One register only.",
    ("Texts", "D2"): "Item 17 was confirmed.",
}


def test_a_workbook_is_filled_in_signed_and_read_by_the_hub(office):
    public = office.make_key()
    path = office.template("report.xlsx", format="xlsx")
    office.fill(path, RIGHT)
    before = path.read_bytes()
    told = json.loads(office.run("read", path)[0])
    assert list(told["parts"]) == ["figures/R01", "texts"]
    said, _ = office.run(
        *("sign", path, "--key", "office.key", "--passphrase-file", "passphrase"),
        *(*OFFICES, "--on", "2026-03-01", "--to", "report.json", "--json"),
    )
    content = (office.folder / "report.json").read_bytes()
    report = wire.read_upload(
        content,
        public_of=lambda key, member: {(key_id(public), "XA"): public}.get((key, member)),
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    assert json.loads(said)["report"] == str(report.head.report)
    assert path.read_bytes() == before
    assert (report.head.basis, report.head.year, report.head.version) == ("stated", "2025", "1.0")
    assert [each.office for each in report.head.released_by] == list(OFFICES[1::2])
    ((indicator, _, figure),) = report.figures()
    assert (indicator, str(figure.value), figure.source) == ("R01", "1204", "Register, table 3")
    texts = {
        (each["kind"], each["language"]): each["text"] for each in report.parts["texts"]["texts"]
    }
    assert texts["overview", "en"] == "Item 17 was confirmed."
    assert texts["note:R01", "en"].endswith(", 2025: One register only.")


def test_what_is_wrong_is_said_line_by_line_and_nothing_is_signed(office):
    office.make_key()
    path = office.template("report.xlsx")
    office.fill(path, RIGHT | {("Figures", "J2"): "many", ("Read me", "B4"): "soon"})
    said, _ = office.run("read", path, code=1)
    assert [line.partition(":")[0] for line in said.splitlines()] == [
        "sheet `Read me`, row 4, column `B`",
        f"sheet `Figures`, row {row_of_reports(load_workbook(path)['Figures'])}, column `value`",
    ]
    found = json.loads(office.run("read", path, "--json", code=1)[0])
    assert [fault["code"] for fault in found["faults"]] == ["not_a_date", "text_in_number"]
    _, said = office.run(
        *("sign", path, "--key", "office.key", "--passphrase-file", "passphrase"),
        *(*OFFICES, "--to", "report.json"),
        code=1,
    )
    assert "Nothing was signed." in said
    assert not (office.folder / "report.json").exists()


@pytest.mark.parametrize("kind", kit.WORKBOOK_KINDS)
def test_a_template_of_each_format_asks_for_its_day_only(office, kind):
    path = office.template(f"report.{kind}", format=kind, language="da")
    said, _ = office.run("read", path, code=1)
    assert said.count("\n") == 1
    assert "Fill in the day" in said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("template", "--member", "Denmark", "--year", "2026", "--to", "x.csv"), 2, "two letters"),
        (("template", "--member", "XA", "--year", "26", "--to", "x.csv"), 2, "like 2026"),
        (
            *[
                (
                    "template",
                    "--member",
                    "XA",
                    "--year",
                    "2026",
                    "--to",
                    "x",
                    "--language",
                    "Danish",
                )
            ],
            2,
            "two letters",
        ),
        (("read", "nothing.xlsx"), 2, "does not exist"),
        (("read", "passphrase"), 2, "neither a workbook"),
    ],
)
def test_a_wrong_call_ends_with_a_sentence(office, arguments, code, said):
    assert said in office.run(*arguments, code=code)[1]


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """Return an office with its key and a workbook that is right."""
    office = Office(tmp_path_factory.mktemp("office"))
    office.make_key()
    office.fill(office.template("report.xlsx"), RIGHT)
    return office


def sign(ready, to, *more, code):
    key = ("--key", "office.key", "--passphrase-file", "passphrase")
    return ready.run("sign", "report.xlsx", *key, *more, "--to", to, code=code)[1]


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--office", "Minister of Justice"), 1, "released_by"),
        (("--office", "One office", "--office", "one  OFFICE"), 1, "two different office holders"),
        ((*OFFICES, "--on", "tomorrow"), 2, "no day"),
        ((*OFFICES, "--version", "1.1"), 2, "Give all four"),
        (
            (*OFFICES, "--version", "1.1", "--replaces", "x", "--why", "text", "--note", "n"),
            2,
            "identifier",
        ),
        ((*OFFICES, "--send", "http://hub.example/"), 2, "https://"),
    ],
)
def test_a_signature_that_nobody_would_take_is_not_made(ready, more, code, said):
    assert said in sign(ready, "none.json", *more, code=code)
    assert not (ready.folder / "none.json").exists()


def test_a_correction_names_what_it_replaces(ready):
    earlier = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c001"
    more = (
        "--version",
        "1.1",
        "--replaces",
        earlier,
        "--why",
        "late_facts",
        "--note",
        "Known later.",
    )
    sign(ready, "second.json", *OFFICES, *more, code=0)
    head = wire.claimed_head(json.loads((ready.folder / "second.json").read_bytes())["head"])
    assert (str(head.supersedes), head.correction.kind) == (earlier, "late_facts")


def test_a_signed_file_is_never_written_over(ready):
    (ready.folder / "kept.json").write_text("kept")
    sign(ready, "kept.json", *OFFICES, code=2)
    assert (ready.folder / "kept.json").read_text() == "kept"


def test_every_indicator_has_its_rows_and_no_figure_two():
    layout = layout_of("XA", "2026")
    from havn.domain.indicators.rules.figures import DEFINITIONS

    assert {row.indicator for row in layout.rows} == {each.id for each in DEFINITIONS}
    assert len({row.key for row in layout.rows}) == len(layout.rows)
    content = kit.write_workbook(layout, "csv")
    assert kit.whose(kit.tables_in(content, "csv")) == ("XA", "2026")


def test_a_draft_comes_back_as_signed_proposals_and_figures_stay(ready):
    public = from_b64u((ready.folder / "office.key.pub").read_text().split()[2])
    content = drafts.edited(drafts.retype("Item 17", "Item 18 was confirmed."))
    (ready.folder / "draft.docx").write_bytes(content)
    said, remarks = ready.run("read", "draft.docx")
    assert [each["kind"] for each in json.loads(said)["proposals"]] == ["overview"]
    assert remarks == ""
    key = ("--key", "office.key", "--passphrase-file", "passphrase")
    office = ("--office", "Ministry of Justice", "--on", "2027-02-11")
    ready.run("sign", "draft.docx", *key, *office, "--to", "texts.jws")
    found = wire.read_texts((ready.folder / "texts.jws").read_text().strip(), public=public)
    assert (found.member, found.office) == ("XA", "Ministry of Justice")
    assert found.proposals[0].text.startswith("Item 18 was confirmed.")
    assert (ready.folder / "draft.docx").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "more", "code", "said"),
    [
        ("same.docx", ("--office", "One"), 2, "nothing to sign"),
        ("changed.docx", OFFICES, 2, "by one office"),
        (
            "changed.docx",
            ("--office", "One", "--send", "https://hub.example/"),
            2,
            "not to the hub",
        ),
        ("picture.docx", ("--office", "One"), 1, "picture"),
    ],
)
def test_a_draft_that_cannot_be_signed_says_why(ready, name, more, code, said):
    drafts_by_name = {
        "same.docx": drafts.draft(),
        "changed.docx": drafts.edited(drafts.retype("Item 17", "Item 18.")),
        "picture.docx": with_entries(drafts.draft(), {"word/media/image1.png": b"x"}),
    }
    (ready.folder / name).write_bytes(drafts_by_name[name])
    key = ("--key", "office.key", "--passphrase-file", "passphrase")
    assert said in ready.run("sign", name, *key, *more, "--to", "none.jws", code=code)[1]
    assert not (ready.folder / "none.jws").exists()


@pytest.fixture
def hub():
    """Return a function that starts a hub that answers so, and returns a client that reaches it."""
    servers = []

    def build(status, content, kind="application/json"):
        body = json.dumps(content).encode() if not isinstance(content, bytes) else content
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"

        def behave(peer, asked):
            seen.append(asked)
            head_of, _, received = asked.partition("\r\n\r\n")
            length = int(re.search(r"(?i)content-length: (\d+)", head_of)[1])
            while len(received) < length:
                received += peer.recv(65_536).decode("latin-1")
            peer.sendall(head.encode() + body)

        server = PretendServer(behave)
        servers.append(server)
        resolver = PretendResolver(hub_example=[PUBLIC])
        with pytest.warns(InsecureWarning):
            connector = InsecureLoopbackConnector(resolver, {f"{PUBLIC}:80": server.port})
        return DirectClient(connector, agent="Havn", timeout_seconds=3)

    seen = build.seen = []
    yield build
    for server in servers:
        server.close()


def test_the_hubs_receipt_is_printed(hub):
    client = hub("201 Created", {"v": 1, "state": "accepted"})
    answer = report_files.deliver(client, "http://hub.example/api/v1/national-reports", b'{"v":1}')
    assert answer.is_taken
    assert answer.lines[-1] == '{"state":"accepted","v":1}'
    assert hub.seen[0].startswith("POST /api/v1/national-reports HTTP/1.1\r\n")
    assert "application/json" in hub.seen[0]


def test_the_hubs_sentences_are_printed_one_by_one(hub):
    faults = [{"code": "x", "place": "head", "sentence": "head: Do this."}]
    client = hub("422 Unprocessable", {"title": "Not taken.", "faults": faults})
    answer = report_files.deliver(client, "http://hub.example/", b'{"v":1}')
    assert not answer.is_taken
    assert answer.lines == ["Not taken.", "head: Do this."]


@pytest.mark.parametrize("content", [b"no json", b'{"faults": 7}', b'{"faults": [7]}', b"[]"])
def test_an_answer_that_is_none_is_said(hub, content):
    answer = report_files.deliver(hub("500 No", content), "http://hub.example/", b'{"v":1}')
    assert answer.lines == ["The hub did not take it (status 500)."]


def test_a_hub_that_is_not_there_loses_nothing(hub):
    with pytest.raises(CouldNotError, match="The signed file is whole"):
        report_files.deliver(hub("200 OK", {}), "http://other.example/", b'{"v":1}')


def test_a_template_can_be_opened_by_a_spreadsheet_program(office):
    path = office.template("report.xlsx")
    assert load_workbook(BytesIO(path.read_bytes())).sheetnames == ["Read me", "Figures", "Texts"]
