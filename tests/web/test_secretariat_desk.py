# SPDX-License-Identifier: Apache-2.0
"""The secretariat's desk: the board of a year, publishing, questions, office keys; and nothing that edits a text."""

import inspect
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django import forms as django_forms
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django.urls import get_resolver
from lxml import html

from havn.config.audiences import AUDIENCES
from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, Role
from havn.domain.jobs.models import Job
from havn.domain.publication import services
from havn.domain.publication.models import OfficeKey, PublishedReport, Question, ReportPart
from havn.lib import clock, wire
from havn.lib.encoding import b64u, uuid4
from havn.web.desk.secretariat import forms
from havn.web.desk.sign_in import adapters
from tests.support.half_year import TOLD_AT, halves, piece
from tests.support.half_year import shown as kept
from tests.support.hub import (
    WITHOUT_NODE,
    YEAR,
    HubAlliance,
    made_report,
    office_key,
    public_half,
)
from tests.web.access_table import HUB_DESK, urls

pytestmark = pytest.mark.django_db
HERE = "/desk/en/secretariat"


@pytest.fixture(autouse=True)
def hub():
    with override_settings(
        ROOT_URLCONF="havn.config.urls.hub_desk", MIDDLEWARE=AUDIENCES["desk"].middleware
    ):
        found = HubAlliance()
        found.at = clock.now()
        yield found


def signed_in(hub, role=Role.SECRETARIAT):
    """Return the browser of somebody with this role."""
    identifier = uuid4()
    person = get_user_model()(
        id=identifier, email=f"{role.value}@hub.example", name="Ada", organisation=hub.organisation,
        recorded_at=hub.at,
    )  # fmt: skip
    person.set_unusable_password()
    person.save(force_insert=True)
    accounts.grant_role(
        person_id=identifier,
        role=role,
        actor=Actor.operator(organisation=hub.organisation),
        at=hub.at,
    )
    secret = adapters.encrypt_factor("JBSWY3DP", keyring=django_settings.HAVN_KEYRING)
    Authenticator.objects.create(user_id=identifier, type="totp", data={"secret": secret})
    client = Client()
    client.force_login(person, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def received(hub, code="DK", **changes):
    made = made_report(code, **changes)
    for part in made.parts:
        services.keep_part(
            body=wire.part_event(made.id, part), subject=made.id, sender=hub.node_of(code),
            actor=hub.system, at=hub.at,
        )  # fmt: skip
    services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=hub.node_of(code),
        actor=hub.system, at=hub.at,
    )  # fmt: skip
    return made


def page(client, path, **more):
    answer = client.get(path, **more)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_before_any_year_the_board_says_what_to_do(hub):
    client = signed_in(hub)
    assert "No year was asked for yet" in page(client, "/desk/en/")
    answer = client.post(f"{HERE}/ask/", {"year": YEAR})
    assert answer["Location"] == f"{HERE}/year/{YEAR}/"
    board = page(client, f"{HERE}/year/{YEAR}/")
    assert [board.count(f">{name}</a>") for name in ("Denmark", "Sweden", WITHOUT_NODE)] == [
        1,
        1,
        1,
    ]


def test_what_was_done_stands_under_done_and_not_under_the_name_of_the_page(hub):
    answer = signed_in(hub).post(f"{HERE}/ask/", {"year": YEAR}, follow=True)
    banner = html.fromstring(answer.content.decode()).xpath("//*[@role='alert']")[0]
    assert " ".join(banner.text_content().split()) == "Done Every member is asked."


def test_a_year_that_is_not_over_gets_a_sentence(hub):
    answer = signed_in(hub).post(f"{HERE}/ask/", {"year": str(hub.at.year)})
    assert answer.status_code == 422
    assert "This year is not over yet" in answer.content.decode()


def test_what_arrived_is_published_after_a_page_that_names_it(hub):
    client = signed_in(hub)
    received(hub)
    asked = page(client, f"{HERE}/year/{YEAR}/publish/")
    assert asked.index("Denmark") < asked.index("not received") < asked.index("Sweden")
    assert PublishedReport.objects.get().state == "accepted"
    client.post(f"{HERE}/year/{YEAR}/publish/")
    assert PublishedReport.objects.get().state == "published"


def test_one_report_is_published_and_withdrawn_by_hand(hub):
    client = signed_in(hub)
    made = received(hub)
    client.post(f"{HERE}/report/{made.id}/publish/")
    assert "public since" in page(client, f"{HERE}/year/{YEAR}/DK/")
    assert "hidden number" in page(client, f"{HERE}/report/{made.id}/withdraw/")
    client.post(f"{HERE}/report/{made.id}/withdraw/")
    assert "withdrawn" in page(client, f"{HERE}/year/{YEAR}/DK/")


def test_the_board_says_of_a_version_that_the_one_before_it_was_refused(hub):  # H8
    received(hub)
    client = signed_in(hub)
    sentence = "The version before it was refused when it came"
    assert sentence not in page(client, f"{HERE}/year/{YEAR}/DK/")
    PublishedReport.objects.update(follows_refused=True)
    assert sentence in page(client, f"{HERE}/year/{YEAR}/DK/")


def test_a_question_is_asked_and_its_answer_shown(hub):
    client = signed_in(hub)
    client.post(f"{HERE}/year/{YEAR}/DK/ask/", {"text": "Why no figure?"})
    services.answer_question(
        question_id=Question.objects.get().pk, member="DK", text="It follows.", actor=hub.system,
        at=hub.at + timedelta(days=1),
    )  # fmt: skip
    shown = page(client, f"{HERE}/year/{YEAR}/DK/")
    assert shown.index("Why no figure?") < shown.index("It follows.")


def test_an_empty_question_is_not_sent(hub):
    answer = signed_in(hub).post(f"{HERE}/year/{YEAR}/DK/ask/", {"text": " "})
    assert answer.status_code == 422
    assert not Question.objects.exists()


def test_an_office_key_is_registered_compared_and_ended(hub):
    client = signed_in(hub)
    given = {
        "member": WITHOUT_NODE,
        "office": "Ministry",
        "email": "office@fi.example",
        "public": f"havn-holder-key 1 {b64u(public_half(office_key()))}",
    }
    client.post(f"{HERE}/office-keys/add/", {**given, "public": "no key"})
    assert not OfficeKey.objects.exists()
    client.post(f"{HERE}/office-keys/add/", given)
    key = OfficeKey.objects.get().pk
    assert key in page(client, f"{HERE}/office-keys/")
    again = client.post(f"{HERE}/office-keys/add/", given).content.decode()
    assert "registered already" in again
    client.post(f"{HERE}/office-keys/{key}/end/")
    assert OfficeKey.objects.get().until is not None


def test_what_was_refused_is_shown_by_its_code(hub):
    received(hub, private=bytes(range(32)))
    assert "unknown_key" in page(signed_in(hub), f"{HERE}/refused/")


def test_of_what_was_refused_it_says_what_it_was_and_whether_the_sender_knows(hub):
    received(hub, private=bytes(range(32)))
    update = piece(indicator="Z99")
    services.keep_piece(
        body=update.as_value(), subject=update.update, sender=hub.node_of("DK"),
        actor=hub.system, at=max(hub.at, TOLD_AT),
    )  # fmt: skip
    said = words(signed_in(hub), f"{HERE}/refused/")
    assert "report or part of one: unknown_key" in said
    assert "half-year update: unknown_indicator" in said
    assert "Of a half-year update nobody was told" in said


def test_what_waits_for_its_rest_is_shown_with_its_age(hub):
    made = made_report("SE")
    services.keep_part(
        body=wire.part_event(made.id, made.parts[0]), subject=made.id, sender=hub.node_of("SE"),
        actor=hub.system, at=hub.at,
    )  # fmt: skip
    shown = page(signed_in(hub), f"{HERE}/refused/")
    assert (
        shown.index("SE") < shown.index("1 part is here") < shown.index("the signed head is not")
    )


def test_work_that_was_given_up_is_tried_again_by_the_operator(hub):
    job = Job.objects.create(
        id=uuid4(), kind="report_reminder", key="report_reminder:x", due_at=hub.at,
        recorded_at=hub.at, given_up_at=hub.at, last_error="no_relay_is_set",
    )  # fmt: skip
    client = signed_in(hub, Role.OPERATOR)
    assert "Reminding a member of its report" in page(client, f"{HERE}/alarms/")
    client.post(f"{HERE}/jobs/{job.pk}/retry/")
    assert Job.objects.get().given_up_at is None


def test_the_operator_sees_alarms_and_no_board(hub):
    client = signed_in(hub, Role.OPERATOR)
    assert client.get("/desk/en/")["Location"] == f"{HERE}/alarms/"
    assert "No alarm is open" in page(client, f"{HERE}/alarms/")
    assert client.get(f"{HERE}/year/{YEAR}/").status_code == 404


@pytest.mark.parametrize("role", [Role.ANALYST, Role.RAPPORTEUR, Role.SIGNATORY])
def test_nobody_else_finds_anything_at_the_desk_of_a_hub(hub, role):
    client = signed_in(hub, role)
    for path in ("/desk/en/", f"{HERE}/year/{YEAR}/", f"{HERE}/office-keys/", f"{HERE}/refused/"):
        assert client.get(path).status_code == 404


def test_the_board_says_who_told_a_half_year_and_how_much_of_it_is_here(hub):  # H25
    client = signed_in(hub)
    board, of_sweden = f"{HERE}/year/{YEAR}/", f"{HERE}/year/{YEAR}/SE/"
    assert "None has arrived." in page(client, board)
    whole, (first, second) = piece(), halves(member="SE")
    kept(whole)
    kept(first, complete_at=None, is_current=False)
    said = words(client, board)
    assert "2026, Denmark: as its own site showed it on 30 September 2026" in said
    assert "2026, Sweden:" in said
    assert "1 of 2 pieces are here" in words(client, of_sweden)
    assert "Denmark: as its own site" not in words(client, of_sweden)
    kept(second, complete_at=None, is_current=False)
    assert "replaced by a newer one" in words(client, of_sweden)
    assert "None has arrived." in page(client, f"{HERE}/year/2027/")


def test_a_half_year_update_is_taken_back_by_hand_after_a_question(hub):  # H25
    client = signed_in(hub)
    of_denmark = f"{HERE}/year/{YEAR}/DK/"
    row = kept(piece())
    address = f"{HERE}/half-year/{row.update}/withdraw/"
    assert address in page(client, of_denmark)
    asked = words(client, address)
    assert "Withdraw the half-year update of 2026" in asked
    assert "hidden number" in asked
    row.refresh_from_db()
    assert row.withdrawn_at is None, "to look at the question changes nothing"
    assert client.post(address)["Location"] == f"{HERE}/year/2026/DK/"
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert ", withdrawn" in words(client, of_denmark)
    assert address not in page(client, of_denmark)
    assert client.get(f"{HERE}/half-year/{uuid4()}/withdraw/").status_code == 404


def words(client, path):
    return " ".join(html.fromstring(page(client, path)).text_content().split())


# --- nothing edits a country's text


def test_no_service_of_the_hub_takes_a_text_of_a_report():
    """What a member wrote enters with the signed parts, and by no argument of another name."""
    taking = {
        name: set(inspect.signature(getattr(services, name)).parameters)
        for name in services.__all__
        if not inspect.isclass(getattr(services, name))
    }
    texts = {"text", "texts", "note", "content", "body", "parts", "value", "figure", "overview"}
    found = {name: sorted(given & texts) for name, given in taking.items() if given & texts}
    assert found == {
        "answer_question": ["text"],  # of the member, out of its own node's event
        "ask_member": ["text"],  # of the secretariat, to the member
        "keep_part": ["body"],
        "keep_piece": ["body"],
        "take_report": ["body"],
        "take_upload": ["content"],
    }


def test_only_the_intake_writes_parts_and_figures():
    from tests.architecture.source import python_files

    writes = re.compile(
        r"\b(?:ReportPart|PublishedFigure|ProvisionalPiece)(?:\.objects\.(?:bulk_)?(?:create|update)|\()"
    )
    changes = re.compile(r"\.(?:content|head|value|sha256|head_digest) = ")
    for each in python_files("src/havn/domain/publication/services", "src/havn/web/"):
        if each.path.endswith("publication/services/intake.py"):
            continue
        if not each.path.endswith("publication/services/half_year.py"):  # the intake of its pieces
            assert not writes.search(each.text), each.path
        if "publication" in each.path:
            assert not changes.search(each.text), each.path


def test_no_form_of_the_desk_has_a_field_for_a_members_text():
    fields = {
        name: sorted(each.base_fields)
        for name, each in vars(forms).items()
        if isinstance(each, type) and issubclass(each, django_forms.Form) and each.base_fields
    }
    assert fields == {
        "OfficeKeyForm": ["email", "member", "office", "public"],
        "QuestionForm": ["text"],
        "SettleForm": ["reason"],
        "YearForm": ["year"],
    }


def test_no_posted_field_changes_what_was_signed(hub):
    made = received(hub, texts=[wire.Text("overview", "en", "A quiet year (made up).")])
    client = signed_in(hub)
    before = {row.pk: row.content for row in ReportPart.objects.all()}
    words = {
        "text": "Somebody else's words.",
        "content": "{}",
        "overview": "Other words.",
        "year": YEAR,
    }
    for route, pattern in urls(get_resolver("havn.config.urls.hub_desk")):
        if "POST" in getattr(pattern.callback, "allowed_methods", ()) and "sign-in" not in route:
            path = route.replace("<year:year>", YEAR).replace("<str:member>", "DK")
            path = path.replace("<uuid:report_id>", str(made.id)).replace("^(?P<language>", "")
            client.post(re.sub(r"<\w+:\w+>", str(uuid4()), path), words)
    assert {row.pk: row.content for row in ReportPart.objects.all()} == before


def test_every_page_is_there_for_its_roles_by_its_methods_and_for_nobody_else(hub):
    made = received(hub)
    found = {
        pattern.name: re.sub(
            r"<uuid:\w+>|<str:key>",
            str(made.id),
            route.replace("<year:year>", YEAR).replace("<str:member>", "DK"),
        )
        for route, pattern in urls(get_resolver("havn.config.urls.hub_desk"))
        if pattern.name in HUB_DESK
    }
    assert set(found) == set(HUB_DESK)
    for role in Role:
        client = signed_in(hub, role)
        for name, path in found.items():
            methods, roles = HUB_DESK[name]
            answers = {
                method: client.generic(method, path).status_code
                for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
            }
            if role.value not in roles:
                assert set(answers.values()) == {404}, (role, name)
                continue
            refused = {method for method, status in answers.items() if status == 405}
            assert refused == set(answers) - set(methods), (role, name)
    visitor = Client()
    for path in found.values():
        assert "/sign-in/" in visitor.get(path)["Location"]
