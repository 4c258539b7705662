# SPDX-License-Identifier: Apache-2.0
"""`havn feed erase` in this process: what it erases, what it refuses, how it ends."""

import json
from uuid import uuid4

import pytest
from click.testing import CliRunner

from havn.cli import feed, start
from havn.cli.endings import ending_of
from havn.domain.audit.models import Detail, Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange.models import GivenCopy
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance():
    made = SmallAlliance()
    made.hear_from_all()
    made.say(EventKind.REFERRAL_PROGRESS, "SE", note="confirmed item 17")
    made.beat()
    return made


def erase(event, *arguments, **how):
    return CliRunner().invoke(feed.erase, [str(event), *arguments], **how)


@pytest.fixture(autouse=True)
def _prepared(monkeypatch):
    # The process is set up by pytest; a command would do it again for its own audience.
    monkeypatch.setattr(start, "prepare", lambda *_: None)


def test_it_erases_once_and_says_so(alliance):
    event = OutgoingEvent.objects.get()
    done = erase(event.pk, "--reason", "kept_long_enough", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (
        0,
        {"v": 1, "event": str(event.pk), "reason": "kept_long_enough", "is_erased_now": True},
    )
    assert not GivenCopy.objects.exists()
    entry = Entry.objects.get(action="casework.event_erased")
    assert (entry.actor_kind, entry.subject_id) == ("operator", event.pk)
    assert "kept_long_enough" in Detail.objects.get(entry=entry).detail
    again = erase(event.pk, "--reason", "ordered")
    assert (again.exit_code, again.stdout) == (
        0,
        f"{event.pk} was erased before. Nothing changed.\n",
    )


def test_the_reason_is_asked_for_where_it_is_missing(alliance):
    event = OutgoingEvent.objects.get()
    done = erase(event.pk, input="weather\nordered\n")
    assert done.exit_code == 0
    assert "taken_back, kept_long_enough, wrong_audience, ordered" in done.output
    assert "is erased here" in done.output
    assert erase(event.pk, "--reason", "weather").exit_code == 2


def test_what_is_not_there_and_what_may_not_be_erased_ends_with_one(alliance):
    missing = erase(uuid4(), "--reason", "ordered")
    assert isinstance(missing.exception, NotFoundError)
    assert ending_of(missing.exception).code == 1
    erase(OutgoingEvent.objects.get().pk, "--reason", "ordered")
    never = erase(OutgoingEvent.objects.get(kind="payload.erased").pk, "--reason", "ordered")
    assert isinstance(never.exception, RefusedError)
    assert ending_of(never.exception).code == 1
