# SPDX-License-Identifier: Apache-2.0
"""The national report on the desk: from the prefilled draft to both releases, page by page."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from lxml import html

from havn.domain.reporting import services
from havn.domain.reporting.models import HalfYearUpdate, NationalReport, OfficeAsk, ReportText
from havn.lib.clock import now
from havn.web.desk.government.report_offices import TIME_TO_ANSWER
from havn.web.desk.sign_in import adapters
from tests.support.national_report import (
    PARTS,
    YEAR,
    ReportingNode,
    reporting_node,
    secretariat_node,
)
from tests.support.node_with_hub import TOLD_AT, with_a_half_year
from tests.support.proofs import made_up_proof

pytestmark = pytest.mark.django_db
BASE = "/desk/en/government/report/"


@pytest.fixture
def node() -> ReportingNode:
    return reporting_node()


def signed_in(actor) -> Client:
    user = get_user_model().objects.get(pk=actor.identifier)
    secret = base64.b32encode(actor.identifier.bytes).decode().rstrip("=")[:16]
    Authenticator.objects.get_or_create(
        user=user,
        type="totp",
        defaults={
            "data": {"secret": adapters.encrypt_factor(secret, keyring=settings.HAVN_KEYRING)}
        },
    )
    client = Client()
    client.force_login(user)
    client.code = lambda: format_hotp_value(
        hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
    )
    return client


def words(page) -> str:
    return " ".join(
        html.fromstring(page.content.decode()).xpath("//main")[0].text_content().split()
    )


def test_a_report_goes_from_the_draft_to_both_releases_in_one_sitting(node):
    node.reports_received(12)
    rapporteur, owner, signatory = map(signed_in, (node.rapporteur, node.owner, node.signatory))
    page = rapporteur.post(f"{BASE}begin/", {"year": "2025"}, follow=True)
    report = NationalReport.objects.get()
    one = f"{BASE}{report.pk}/"
    assert "What is missing" in words(page)
    rapporteur.post(f"{one}texts/overview/en/", {"text": "A year in plain words."})
    for part in PARTS:
        form = {"person_id": str(node.owner.identifier), "office": "Statistics office"}
        rapporteur.post(f"{one}parts/{part}/owner/", form)
        assert owner.post(f"{one}parts/{part}/confirm/", follow=True).status_code == 200
    assert "Nothing is missing" in words(rapporteur.get(one))
    page = rapporteur.post(
        f"{one}release/", {"office": "Ministry", "code": rapporteur.code()}, follow=True
    )
    assert "Now the signatory" in words(page)
    page = signatory.post(
        f"{one}release/", {"office": "Minister", "code": signatory.code()}, follow=True
    )
    assert "The node signs and sends it" in words(page)
    report.refresh_from_db()
    assert report.state == "released"


def test_without_the_second_factor_nothing_is_released(node):
    report_id = node.ready()
    client = signed_in(node.rapporteur)
    for form in ({"office": "Ministry"}, {"office": "Ministry", "code": "000000"}, {"code": "1"}):
        assert client.post(f"{BASE}{report_id}/release/", form).status_code == 422
    assert NationalReport.objects.get().state == "draft"


def test_a_code_counts_for_one_release_only(node):
    first = node.ready()
    client = signed_in(node.rapporteur)
    code = client.code()
    client.post(f"{BASE}{first}/release/", {"office": "Ministry", "code": code})
    client.post(f"{BASE}{first}/give-back/")
    again = client.post(f"{BASE}{first}/release/", {"office": "Ministry", "code": code})
    assert again.status_code == 422
    assert NationalReport.objects.get().state == "draft"


def test_two_people_editing_one_text_see_both_versions_and_choose_one(node):
    report_id = node.drafted()
    first, second = (
        signed_in(node.rapporteur),
        signed_in(node.person("another", *node.rapporteur.roles)),
    )
    address = f"{BASE}{report_id}/texts/overview/en/"
    for client, text in ((first, "Written by the first."), (second, "Written by the second.")):
        page = client.post(address, {"text": text, "based_on": ""}, follow=True)
    shown = words(page)
    assert "Written by the first." in shown
    assert "Written by the second." in shown
    assert "Choose this version" in shown
    chosen = ReportText.objects.get(text="Written by the second.")
    first.post(f"{BASE}{report_id}/choose/{chosen.pk}/")
    page = first.get(address)
    assert "Several versions stand" not in words(page)
    assert "Written by the second." in page.content.decode()
    assert ReportText.objects.count() == 3


def test_every_page_of_a_report_opens_for_whom_it_is(node):
    node.reports_received(12)
    report_id = node.ready()
    node.asked(report_id)
    client = signed_in(node.rapporteur)
    for path in ("", "figures/", "whole/", "brief/", "texts/", "parts/", "offices/", "offices/ask/",
                 "release/", "correct/", "withdraw/", "parts/police/owner/"):  # fmt: skip
        page = client.get(f"{BASE}{report_id}/{path}")
        assert page.status_code == 200, path
    for path in ("/desk/en/government/secretariat/", "/desk/en/government/capabilities/",
                 "/desk/en/government/capabilities/3/", BASE):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert (
        signed_in(node.owner).get(f"{BASE}{report_id}/parts/police/question/").status_code == 200
    )


def test_the_whole_report_stands_beside_the_year_before_as_everybody_will_read_it(node):
    node.reports_received(12)
    first = node.released()
    node.later(days=365)
    second = services.make_draft(year=YEAR + 1, actor=node.system, at=node.at)
    client = signed_in(node.rapporteur)
    section = "(//section[@id='section-R01']//table)[1]/thead//th/text()"

    def years(report_id):
        page = client.get(f"{BASE}{report_id}/whole/")
        assert ("Up to two earlier years" in words(page)) is (report_id == second)
        return [
            each
            for each in html.fromstring(page.content.decode()).xpath(section)
            if each in {str(YEAR), str(YEAR + 1)}
        ]

    assert years(second) == [str(YEAR), str(YEAR + 1)]
    assert years(first) == [str(YEAR)]


def test_the_secretariats_receipt_stands_there_with_the_proof_that_it_gave(node):
    hub, report_id, proof = secretariat_node(), node.released(), made_up_proof()
    body = {"v": 1, "report": str(report_id), "state": "accepted", "code": ""}
    services.take_receipt(
        event_id=uuid4(), sender=hub, body=body, proof=proof, actor=node.system, at=node.at
    )
    page = signed_in(node.rapporteur).get(f"{BASE}{report_id}/")
    assert "Receipt: accepted" in words(page)
    [shown] = html.fromstring(page.content.decode()).xpath(
        "//details[contains(., 'Proof of the receipt')]/div"
    )
    assert shown.text_content() == proof


def test_what_the_secretariat_did_with_another_version_does_not_stand_beside_this_one(node):  # H17
    hub, report_id = secretariat_node(), node.released()
    for version in (report_id, uuid4()):
        body = {"v": 1, "year": str(YEAR), "step": "published", "report": str(version)}
        services.take_step(event_id=uuid4(), sender=hub, body=body, actor=node.system, at=node.at)
    page = signed_in(node.rapporteur).get(f"{BASE}{report_id}/")
    assert words(page).count("Step: published") == 1


def test_what_is_still_out_shows_with_its_age_and_owner(node):
    report_id = node.drafted()
    node.asked(report_id)
    OfficeAsk.objects.update(asked_at=node.at.replace(year=2025))
    shown = words(signed_in(node.rapporteur).get(f"{BASE}{report_id}/"))
    assert "Still out" in shown
    assert "Education agency" in shown
    assert "days" in shown


def test_a_refused_correction_says_what_to_do(node):
    report_id = node.drafted()
    client = signed_in(node.rapporteur)
    page = client.post(f"{BASE}{report_id}/correct/", {"kind": "text", "note_en": "A wrong word."})
    assert "Only the newest released version can be corrected." in words(page)


def test_a_capability_is_stated_and_shown_to_rapporteur_and_signatory_alone(node):
    client = signed_in(node.rapporteur)
    form = {"phase": "3", "evidence": "Act 12 of 2024", "assessed_on": "2026-01-02"}
    page = client.post("/desk/en/government/capabilities/3/", form, follow=True)
    assert "Act 12 of 2024" in words(page)
    assert signed_in(node.owner).get("/desk/en/government/capabilities/").status_code == 404


def test_the_report_the_draft_and_the_brief_are_files_too(node):
    node.reports_received(12)
    report_id = node.ready()
    client = signed_in(node.rapporteur)
    for name, start in (("report.pdf", b"%PDF"), ("brief.pdf", b"%PDF"), ("draft.docx", b"PK")):
        answer = client.get(f"{BASE}{report_id}/{name}")
        assert answer.status_code == 200, name
        assert answer.content.startswith(start), name
        assert "attachment" in answer["Content-Disposition"]


# --- what is done is not offered, and what is past is not said as if it were to come


def test_what_was_asked_today_says_today_and_is_not_mailed_until_it_is(node):
    report_id = node.drafted()
    ask_id = node.asked(report_id)
    OfficeAsk.objects.update(asked_at=now())
    client, offices = signed_in(node.rapporteur), f"{BASE}{report_id}/offices/"
    for page in (client.get(f"{BASE}{report_id}/"), client.get(offices)):
        assert "asked today" in words(page)
        assert "asked 0 days" not in words(page)
        assert "out for 0 days" not in words(page)
    assert "not mailed yet" in words(client.get(offices))
    client.post(f"{offices}{ask_id}/withdraw/")
    assert "mailed" not in words(client.get(offices))


def test_an_office_is_asked_for_a_day_that_lies_ahead_though_the_report_is_late(node):
    report_id = node.drafted()
    client, ask = signed_in(node.rapporteur), f"{BASE}{report_id}/offices/ask/"
    ahead = now().date() + TIME_TO_ANSWER
    for due_on in (ahead - timedelta(days=100), ahead + timedelta(days=100)):
        NationalReport.objects.update(due_on=due_on)
        field = html.fromstring(client.get(ask).content.decode()).xpath("//input[@name='due_on']")
        assert field[0].get("value") == max(due_on, ahead).isoformat()


def test_a_day_that_was_kept_or_missed_is_past_once_the_report_is_released(node):
    report_id = node.ready()
    client, one = signed_in(node.rapporteur), f"{BASE}{report_id}/"
    assert "To be released by" in words(client.get(one))
    node.released(report_id)
    shown = words(client.get(one))
    assert "Was to be released by" in shown
    assert "To be released by" not in shown


def test_only_notes_that_are_owed_or_written_are_listed_and_others_are_begun_beside_the_figure(
    node,
):
    report_id = node.drafted()
    client, texts = signed_in(node.rapporteur), f"{BASE}{report_id}/texts/"
    page = client.get(texts)
    assert "/texts/note:" not in page.text
    assert "A note on a figure is begun beside the figure" in words(page)
    assert "/texts/note:R01/en/" in client.get(f"{BASE}{report_id}/figures/").text
    node.wrote(report_id, "note:R01", "A partner sent a batch in May.")
    page = client.get(texts)
    assert "/texts/note:R01/en/" in page.text
    assert "/texts/note:R05/" not in page.text


def test_a_part_that_is_confirmed_is_not_offered_to_be_confirmed_again(node):
    report_id = node.drafted()
    node.owned()
    owner, parts = signed_in(node.owner), f"{BASE}{report_id}/parts/"
    assert owner.get(parts).text.count("/confirm/") == len(PARTS)
    page = owner.post(f"{parts}police/confirm/", follow=True)
    assert "/parts/police/confirm/" not in page.text
    assert "/parts/police/question/" in page.text
    assert page.text.count("/confirm/") == len(PARTS) - 1


def test_what_was_done_is_told_under_done_and_not_under_the_title_of_the_page(node):
    report_id = node.drafted()
    node.owned()
    page = signed_in(node.owner).post(f"{BASE}{report_id}/parts/police/confirm/", follow=True)
    title = html.fromstring(page.content.decode()).xpath("//h2[@id='notification-title']")
    assert title[0].text_content() == "Done"


def test_the_brief_says_that_every_published_figure_stands_where_none_was_changed(node):
    report_id = node.drafted()
    shown = words(signed_in(node.signatory).get(f"{BASE}{report_id}/brief/"))
    assert "Every figure that was published before stands unchanged." in shown


def test_the_list_of_reports_says_what_the_secretariat_was_told_of_the_half_year():
    _alliance, node = with_a_half_year()
    rapporteur = signed_in(node.rapporteur)
    assert "None was told yet." in words(rapporteur.get("/desk/en/government/report/"))
    services.tell_half_year(year=YEAR, actor=node.system, at=TOLD_AT)
    said = words(rapporteur.get("/desk/en/government/report/"))
    assert "30 September 2026" in said
    assert "2026-Q1, 2026-Q2" in said
    assert "hidden" in said
    assert "released by nobody" in said


def test_what_was_told_of_the_half_year_is_taken_back_after_a_question():  # N31
    _alliance, node = with_a_half_year()
    rapporteur = signed_in(node.rapporteur)
    services.tell_half_year(year=YEAR, actor=node.system, at=TOLD_AT)
    told = HalfYearUpdate.objects.get()
    address = f"/desk/en/government/report/half-year/{told.pk}/withdraw/"
    listed = "/desk/en/government/report/"
    assert "Withdraw what was told of the half year" in words(rapporteur.get(listed))
    assert address not in signed_in(node.signatory).get(listed).content.decode()
    assert "hidden number" in words(rapporteur.get(address))
    rapporteur.post(address)
    assert HalfYearUpdate.objects.get().withdrawn_at is None, "the box was not ticked"
    rapporteur.post(address, {"is_sure": "on"})
    assert HalfYearUpdate.objects.get().withdrawn_at is not None
    assert "withdrawn" in words(rapporteur.get(listed))
