# SPDX-License-Identifier: Apache-2.0
"""Each process of a hub touches the tables that its database role is granted, and needs no others."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.config.grants import HUB_GRANTS
from havn.domain.exchange.tasks import beat
from havn.domain.publication import selectors, services
from havn.domain.workflow.tasks.hub import calendar
from havn.lib import wire
from tests.support.half_year import piece, shown
from tests.support.hub import (
    WITHOUT_NODE,
    YEAR,
    HubAlliance,
    following,
    made_report,
    office_key,
    public_half,
    stated_report,
)

pytestmark = pytest.mark.django_db
VERBS = {
    "i": r'INSERT (?:OR IGNORE )?INTO "(\w+)"',
    "u": r'UPDATE "(\w+)"',
    "d": r'DELETE FROM "(\w+)"',
    "s": r'(?:FROM|JOIN) "(\w+)"',
}


def touched(queries):
    found = set()
    for query in queries:
        deletes = query["sql"].startswith("DELETE")
        for letter, pattern in VERBS.items():
            if letter == "s" and deletes:
                continue
            found |= {(table, letter) for table in re.findall(pattern, query["sql"])}
    return found


def beyond(role, act):
    """Return what an action did that the role may not."""
    with CaptureQueriesContext(connection) as queries:
        act()
    granted = {(table, each) for table, letters in HUB_GRANTS[role].items() for each in letters}
    return sorted(touched(queries) - granted)


@pytest.fixture
def hub():
    found = HubAlliance()
    key = services.NewOfficeKey(
        WITHOUT_NODE, "Ministry", public_half(office_key()), "a@fi.example"
    )
    services.add_office_key(key=key, actor=found.secretariat, at=found.at)
    return found


def sent(hub, made):
    for part in made.parts:
        services.keep_part(
            body=wire.part_event(made.id, part), subject=made.id, sender=hub.node_of("DK"),
            actor=hub.system, at=hub.at,
        )  # fmt: skip
    return services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=hub.node_of("DK"),
        actor=hub.system, at=hub.at,
    )  # fmt: skip


def test_the_public_process_takes_a_report_with_its_grants(hub):
    made = stated_report()

    def take(one):
        assert services.take_upload(content=one.upload, actor=hub.system, at=hub.at).report_id

    assert beyond("havn_alliance", lambda: take(made)) == []
    assert beyond("havn_alliance", lambda: take(stated_report(year="2026"))) == []
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    assert beyond("havn_alliance", lambda: take(following(made, "disclosure"))) == []
    assert beyond("havn_worker", lambda: calendar.follow_corrections(hub.at)) == []
    assert (
        selectors.newest_version(member=WITHOUT_NODE, year=YEAR, actor=hub.secretariat).version
        == "1.1"
    )


def test_the_worker_takes_asks_reminds_and_publishes_with_its_grants(hub):
    made = made_report()
    later = hub.at + timedelta(days=365)
    acts = [
        lambda: services.ask_year(year=YEAR, actor=hub.system, at=hub.at),
        lambda: sent(hub, made_report(private=bytes(range(32)))),
        lambda: sent(hub, made),
        lambda: sent(hub, following(made, "text")),
        lambda: services.publish_year(year=YEAR, actor=hub.system, at=later),
        lambda: calendar.order_reminders(later),
        lambda: [
            services.send_reminder(reminder_id=each.id, way="node", actor=hub.system, at=later)
            for each in selectors.reminders_due(actor=hub.system, at=later)
        ],
        lambda: beat(memory=hub.memory(hub.at), at=later),
    ]
    for act in acts:
        assert beyond("havn_worker", act) == []


def test_the_secretariat_does_what_it_does_with_its_grants(hub):
    made = made_report()
    sent(hub, made)
    told = shown(piece())
    staff, at = hub.secretariat, hub.at
    acts = [
        lambda: services.ask_year(year=YEAR, actor=staff, at=at),
        lambda: services.ask_member(member="DK", year=YEAR, text="Why?", actor=staff, at=at),
        lambda: services.publish_report(report_id=made.id, actor=staff, at=at),
        lambda: services.withdraw_report(report_id=made.id, actor=staff, at=at),
        lambda: services.withdraw_half_year(update=told.update, actor=staff, at=at),
        lambda: selectors.member_board(member="DK", year=YEAR, actor=staff, at=at),
        lambda: selectors.questions(year=YEAR, actor=staff),
        lambda: selectors.refusals(actor=staff),
        lambda: services.end_office_key(
            key=selectors.office_keys(actor=staff)[0].key_id, actor=staff, at=at
        ),
    ]
    for act in acts:
        assert beyond("havn_desk", act) == []


def test_no_process_but_the_worker_may_write_what_a_member_said():
    writers = {
        role
        for role, tables in HUB_GRANTS.items()
        if set("ud") & set(tables.get("publication_reportpart", ""))
    }
    assert writers == set()
    assert "i" not in HUB_GRANTS["havn_desk"]["publication_reportpart"]
    assert "i" not in HUB_GRANTS["havn_desk"]["publication_publishedfigure"]
