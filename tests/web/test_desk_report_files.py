# SPDX-License-Identifier: Apache-2.0
"""A report as files: PDF, a draft for clearance and its way back, the minister's page, tables; never a figure taken in."""

from __future__ import annotations

import csv
from copy import deepcopy
from datetime import date
from io import BytesIO, StringIO
from uuid import UUID, uuid4

import docx
import pikepdf
import pytest

from havn.domain.reporting import rules, selectors, services
from havn.domain.reporting.models import NationalReport, ReportText
from havn.kit import national_report as kit
from havn.lib import wire
from havn.lib.encoding import b64u
from havn.lib.signing import key_id, new_signing_pair
from tests.support.drafts import edited, retype
from tests.support.national_report import ReportingNode, reporting_node
from tests.web.test_desk_national_report import BASE, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(standing):
    """A node, and the address of a draft with an overview."""
    node = reporting_node()
    node.reports_received(12)
    rapporteur = signed_in(node.rapporteur)
    rapporteur.post(f"{BASE}begin/", {"year": "2025"})
    address = f"{BASE}{NationalReport.objects.get().pk}/"
    rapporteur.post(f"{address}texts/overview/en/", {"text": "A year in plain words."})
    return node, address


@pytest.fixture
def node(made, db) -> ReportingNode:
    return deepcopy(made[0])


@pytest.fixture
def one(made):
    return made[1]


def test_the_whole_report_is_a_tagged_pdf_in_the_readers_language(node, one):
    for language in ("en", "da"):
        page = signed_in(node.owner).get(f"{one}report.pdf".replace("/en/", f"/{language}/"))
        assert (page.status_code, page["Content-Type"]) == (200, "application/pdf")
        document = pikepdf.open(BytesIO(page.content))
        assert str(document.Root.Lang) == language
        assert document.Root.MarkInfo.Marked
        assert "2025" in str(document.docinfo["/Title"])


def test_the_ministers_page_is_one_page(node, one):
    page = signed_in(node.signatory).get(f"{one}brief.pdf")
    assert len(pikepdf.open(BytesIO(page.content)).pages) == 1


def test_the_tables_say_what_is_missing_and_never_nought(node, one):
    page = signed_in(node.rapporteur).get(f"{one}tables.csv")
    rows = list(csv.reader(StringIO(page.content.decode(), newline="")))
    found = {(row[0], row[1]): (row[3], row[4]) for row in rows[1:]}
    assert ("article_8", "c.convicted") in found
    assert found["total", "notices"] == ("0", "")  # Article 22(3): by provider, content and action
    assert found["action", "removed"] == ("0", "")
    assert found["independence", "procedures"][1].startswith("not written yet")
    assert all(note for value, note in found.values() if not value)


def test_how_the_hotline_stays_independent_is_written_once_and_is_no_part_of_the_report(node, one):
    reader = signed_in(node.rapporteur)
    ours = "No provider pays for us (made up)."
    assert "How you stay independent of providers" in reader.get(f"{one}texts/").text
    assert reader.post(f"{one}texts/independence/en/", {"text": ours}).status_code == 302

    def said(language: str) -> str:
        page = reader.get(f"{one}tables.csv".replace("/en/", f"/{language}/"))
        rows = csv.reader(StringIO(page.content.decode(), newline=""))
        return next(row[4] for row in rows if row[:2] == ["independence", "procedures"])

    assert said("en") == said("da") == ours
    report_id = UUID(one.rstrip("/").rpartition("/")[2])
    parts = selectors.document_of(report_id=report_id, actor=node.rapporteur).parts
    assert ours not in str(parts)
    services.write_text(
        report_id=report_id,
        kind=rules.INDEPENDENCE,
        language="da",
        text="Ingen udbyder betaler os (opdigtet).",
        based_on=[],
        actor=node.rapporteur,
        at=node.at,
    )
    assert said("da") == "Ingen udbyder betaler os (opdigtet)."
    row = NationalReport.objects.get()
    row.pk, row.year = (
        uuid4(),
        str(int(row.year) + 1),
    )  # the next year, of which nobody wrote it yet
    row.save(force_insert=True)
    assert selectors.independence(report_id=row.pk, language="en", actor=node.rapporteur) == ours


def came_back(one, node, change):
    """Return what an office signed of the draft after it was changed, and its public line."""
    content = signed_in(node.rapporteur).get(f"{one}draft.docx").content
    found = kit.read_draft(edited(change, content))
    private, public = new_signing_pair()
    proposals = wire.TextProposals(
        report=found.report,
        member=found.member,
        year=found.year,
        office="Ministry of Justice",
        on=date(2027, 2, 11),
        proposals=found.proposals,
    )
    token = wire.sign_texts(proposals, private, key_id=key_id(public))
    return token, f"havn-holder-key 1 {b64u(public)}"


def test_a_draft_goes_round_and_only_its_texts_come_back(node, one):
    token, public = came_back(one, node, retype("A year in plain", "A year in clear words."))
    client = signed_in(node.rapporteur)
    page = client.post(
        f"{one}texts-back/", {"signed": f"{token}\n", "public": public}, follow=True
    )
    assert "Taken in from Ministry of Justice: 1 texts differ" in words(page)
    kept = ReportText.objects.get(is_proposal=True)
    assert (kept.kind, kept.language, kept.text) == ("overview", "en", "A year in clear words.")
    assert kept.based_on == [str(ReportText.objects.get(is_proposal=False).pk)]


def test_a_draft_that_nobody_changed_proposes_nothing(node, one):
    content = signed_in(node.rapporteur).get(f"{one}draft.docx").content
    found = kit.read_draft(content)
    assert (found.proposals, found.remarks) == ((), ())
    assert found.report == NationalReport.objects.get().pk
    assert docx.Document(BytesIO(content)).tables or found.year == "2025"


@pytest.mark.parametrize(
    ("signed", "public", "said"),
    [
        ("", "", "Paste what the office sent you"),
        ("none", "none", "no public key"),
        ("none", f"havn-holder-key 1 {b64u(bytes(32))}", "signature does not hold"),
    ],
)
def test_what_no_office_signed_is_refused_with_a_sentence(node, one, signed, public, said):
    client = signed_in(node.rapporteur)
    page = client.post(f"{one}texts-back/", {"signed": signed, "public": public})
    assert page.status_code == 422
    assert said in words(page)


def test_texts_under_another_key_or_of_another_report_are_refused(node, one):
    token, _ = came_back(one, node, retype("A year in plain", "New."))
    client = signed_in(node.rapporteur)
    other = f"havn-holder-key 1 {b64u(new_signing_pair()[1])}"
    page = client.post(f"{one}texts-back/", {"signed": token, "public": other})
    assert "signature does not hold" in words(page)
    private, public = new_signing_pair()
    proposals = wire.TextProposals(
        report=None,
        member="XA",
        year="2024",
        office="Office",
        on=date(2027, 2, 11),
        proposals=(wire.TextProposal("overview", "en", None, "New."),),
    )
    token = wire.sign_texts(proposals, private, key_id=key_id(public))
    line = f"havn-holder-key 1 {b64u(public)}"
    page = client.post(f"{one}texts-back/", {"signed": token, "public": line})
    assert "of another report" in words(page)
    assert not ReportText.objects.filter(is_proposal=True).exists()
