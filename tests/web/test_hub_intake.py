# SPDX-License-Identifier: Apache-2.0
"""An office without a node posts its report: JSON alone, answered with a receipt or a sentence for each fault."""

import json

import pytest
from django.test import Client, override_settings

from havn.config.audiences import AUDIENCES
from havn.domain.publication import services
from havn.domain.publication.models import PublishedReport
from havn.lib import clock, wire
from havn.web.alliance_site import api_intake
from tests.support.hub import (
    WITHOUT_NODE,
    HubAlliance,
    figure,
    office_key,
    public_half,
    stated_report,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/national-reports"


@pytest.fixture(autouse=True)
def hub(monkeypatch):
    monkeypatch.setattr(api_intake, "_turnstile", api_intake.Turnstile())
    with override_settings(
        ROOT_URLCONF="havn.config.urls.hub", MIDDLEWARE=AUDIENCES["alliance"].middleware
    ):
        found = HubAlliance()
        found.at = clock.now()
        key = services.NewOfficeKey(WITHOUT_NODE, "Ministry (made up)", public_half(office_key()))
        services.add_office_key(key=key, actor=found.secretariat, at=found.at)
        yield found


def post(content, **more):
    return Client().post(ADDRESS, content, content_type="application/json", **more)


def test_a_report_is_taken_and_its_receipt_comes_back(hub):  # H10
    made = stated_report()
    answer = post(made.upload)
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/json")
    said = wire.read_event("receipt", answer.json())
    assert (said["report"], said["state"], said["proof"]) == (str(made.id), "accepted", "")
    assert PublishedReport.objects.get().basis == "stated"
    assert "Set-Cookie" not in answer


def test_every_fault_has_its_place_and_a_sentence():  # H10
    value = json.loads(stated_report().upload)
    digest, part = value["parts"].popitem()
    part["series"][0] |= {"value": "many", "colour": "red"}
    value["parts"] = {digest: part}
    answer = post(json.dumps(value))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    faults = answer.json()["faults"]
    assert {each["code"] for each in faults} == {"unknown_field", "bad_value"}
    assert all(each["place"].startswith("figures/R01: series[1]") for each in faults)
    assert all(each["sentence"].startswith(each["place"]) for each in faults)
    assert not PublishedReport.objects.exists()


@pytest.mark.parametrize(
    ("status", "code", "content"),
    [
        (422, "not_json", b"\x89PNG"),
        (422, "unknown_indicator", stated_report(indicator="Z99").upload),
        (422, "unknown_code", stated_report(figures=[figure(breakdown="channel", code="x")]).upload),
        (403, "unknown_key", stated_report(private=bytes(range(32))).upload),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_nothing(status, code, content):  # H10 H12
    answer = post(content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not PublishedReport.objects.exists()


@pytest.mark.parametrize("signature", ["", "A" * 86])
def test_an_unsigned_report_is_refused_with_a_sentence(signature):  # N6
    value = json.loads(stated_report().upload)
    value["head"] = f"{value['head'].rpartition('.')[0]}.{signature}"
    answer = post(json.dumps(value))
    (fault, *_others) = answer.json()["faults"]
    assert fault["sentence"].startswith(fault["place"])
    assert answer.json()["code"] == ("bad_signature" if signature else "bad_value")
    assert not PublishedReport.objects.exists()


def test_a_replayed_report_is_refused():  # H7
    content = stated_report().upload
    assert post(content).status_code == 201
    again = post(content)
    assert (again.status_code, again.json()["code"]) == (409, "already_here")
    assert PublishedReport.objects.count() == 1


def test_who_sends_too_much_is_asked_to_wait(monkeypatch):  # H19
    monkeypatch.setattr(api_intake, "_turnstile", api_intake.Turnstile(1))
    assert post(b"{}").status_code == 422
    answer = post(b"{}")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 0 < int(answer["Retry-After"]) <= 61


def test_the_schema_is_served_and_nothing_is_shown_where_reports_are_sent():
    assert Client().get(ADDRESS + "/schema.json").json() == wire.SCHEMA
    assert Client().get(ADDRESS).status_code == 405
