# SPDX-License-Identifier: Apache-2.0
"""A half-year update at the hub: kept as it came, shown of its member alone, gone when the report is published."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Detail, Entry
from havn.domain.errors import NotFoundError
from havn.domain.publication import rules, selectors, services
from havn.domain.publication.models import ProvisionalPiece, PublishedFigure, Refusal
from havn.domain.publication.selectors import public
from havn.lib import wire
from havn.lib.encoding import canonical_json, uuid4
from tests.support.half_year import TOLD_AT, YEAR, halves, piece, received
from tests.support.hub import HubAlliance, figure, made_report

pytestmark = pytest.mark.django_db
ANYBODY = Actor.reporter()


@pytest.fixture
def hub():
    return HubAlliance(at=TOLD_AT + timedelta(minutes=10))


def told(hub, *pieces, by="DK", **body):
    return [
        services.keep_piece(
            body=each.as_value() | body, subject=each.update, sender=hub.node_of(by),
            actor=hub.system, at=hub.at,
        )
        for each in pieces
    ]  # fmt: skip


def shown(member="DK"):
    return selectors.half_year(member=member, actor=ANYBODY)


def values():
    found = shown()
    return {each.period: each.value for each in found.figures} if found else None


def test_an_update_is_kept_as_it_came_and_shown_when_all_of_it_is_here(hub):  # H21
    first, second = halves()
    assert told(hub, second) == [""]
    assert shown() is None
    assert told(hub, first) == [""]
    assert values() == {"2026-Q1": 30, "2026-Q2": 42}
    kept = {row.period: row.content.encode() for row in ProvisionalPiece.objects.all()}
    assert kept == {each.period: canonical_json(each.as_value()) for each in (first, second)}
    assert Entry.objects.filter(action="publication.piece_kept").count() == 2


def test_it_travels_by_events_like_everything_else(hub):  # H21
    hub.at = TOLD_AT - timedelta(hours=1)
    hub.joined()
    hub.at = TOLD_AT + timedelta(hours=1)
    for each in halves():
        hub.tell("DK", "provisional_figures.told", each.update, **each.as_value())
    hub.hear("DK")
    assert values() == {"2026-Q1": 30, "2026-Q2": 42}
    assert hub.alarms() == []
    assert hub.answers_to("DK") == []  # nobody stands for it, so no receipt goes back


def test_a_newer_one_takes_the_place_of_what_is_shown_and_the_earlier_stays(hub):  # H23
    told(hub, *halves())
    hub.later(days=3)
    assert told(hub, piece(received(44), as_of=TOLD_AT + timedelta(days=2))) == [""]
    assert values() == {"2026-Q2": 44}
    assert ProvisionalPiece.objects.count() == 3
    assert ProvisionalPiece.objects.filter(is_current=True).count() == 1


def test_what_is_hidden_stays_hidden_and_what_is_left_away_says_so(hub):
    code = {"breakdown": "channel", "code": "web"}
    away = received(None, breakdown="language", code="_N")
    told(hub, piece(received(42), received(None, **code), away))
    found = {each.place: each for each in shown().figures}
    assert found["received", "channel", "web"].is_hidden
    assert found["received", "language", "_N"].is_left_away
    assert all("released by nobody" in each.note for each in found.values())


REFUSED = {
    "a field more": ("unknown_field", {}, {"released_by": "Me"}),
    "another member": ("another_member", {"member": "SE"}, {}),
    "a year that is over": (
        "year_over",
        {"year": "2025", "period": "2025-Q2", "as_of": datetime(2025, 12, 31, tzinfo=UTC),
         "frozen_at": datetime(2025, 7, 11, tzinfo=UTC),
         "figures": (received(4, period="2025-Q2"),)},
        {},
    ),
    "a year that has not begun": (
        "from_the_future",
        {"year": "2027", "period": "2027-Q2", "as_of": datetime(2027, 9, 30, tzinfo=UTC),
         "frozen_at": datetime(2027, 7, 11, tzinfo=UTC),
         "figures": (received(4, period="2027-Q2"),)},
        {},
    ),
    "a quarter that is not closed": (
        "quarter_open", {"frozen_at": datetime(2026, 6, 30, tzinfo=UTC)}, {}
    ),
    "a whole year": ("not_the_first_half", {"period": "2026"}, {}),
    "a figure twice": ("figure_twice", {"figures": (received(4), received(5))}, {}),
    "an unknown indicator": ("unknown_indicator", {"indicator": "Z99"}, {}),
    "an indicator that has no quarters": (
        "not_for_quarters", {"indicator": "A01", "figures": (received(4, measure="shown"),)}, {}
    ),
    "a quarter of persons": (
        "quarters_internal", {"indicator": "A05", "figures": (received(4, measure="under_18"),)}, {}
    ),
    "an unknown measure": ("unknown_measure", {"figures": (received(4, measure="lost"),)}, {}),
    "a number too precise": (
        "too_precise", {"figures": (received(4, value=Decimal("0.1234567891")),)}, {}
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", REFUSED, ids=lambda name: name.replace(" ", "_"))
def test_what_is_not_right_is_not_taken_and_only_its_code_is_kept(hub, attack):  # H22
    code, changes, body = REFUSED[attack]
    assert told(hub, piece(**changes), **body) == [code]
    assert not ProvisionalPiece.objects.exists()
    refusal = Refusal.objects.get()
    assert (refusal.code, refusal.member) == (code, "DK")


def test_only_a_country_that_takes_part_may_tell_one(hub):  # H22
    hub.adopt(version=2, DK="suspended")
    assert told(hub, piece()) == ["not_a_member"]
    ours = {"sender": hub.own.node_id, "actor": hub.system, "at": hub.at}
    own = piece()
    assert services.keep_piece(body=own.as_value(), subject=own.update, **ours) == "another_member"
    assert not ProvisionalPiece.objects.exists()


def test_an_office_cannot_send_one_as_a_file(hub):  # H22
    judged = services.take_upload(
        content=canonical_json(piece().as_value()), actor=hub.system, at=hub.at
    )
    assert judged.is_nobodys
    assert not ProvisionalPiece.objects.exists()
    assert not Refusal.objects.exists()


def test_the_event_is_about_the_update_that_it_carries(hub):  # H21
    one = piece()
    code = services.keep_piece(
        body=one.as_value(), subject=uuid4(), sender=hub.node_of("DK"), actor=hub.system, at=hub.at
    )
    assert code == "another_node"


def test_sent_twice_it_changes_nothing(hub):  # H23
    one = piece()
    assert told(hub, one, replace(one, figures=(received(43),))) == ["", "already_here"]
    assert values() == {"2026-Q2": 42}


@pytest.mark.parametrize("days", [0, 1])
def test_what_is_not_newer_than_the_last_one_is_not_taken(hub, days):  # H23
    told(hub, piece())
    older = piece(received(9), as_of=TOLD_AT - timedelta(days=days))
    assert told(hub, older) == ["goes_back"]
    assert values() == {"2026-Q2": 42}


def test_two_nodes_updates_that_arrive_among_each_other_are_both_taken(hub):  # H23
    early, late = halves(), halves(as_of=TOLD_AT + timedelta(minutes=5))
    assert told(hub, early[0], late[0], early[1]) == ["", "", ""]
    assert values() == {"2026-Q1": 30, "2026-Q2": 42}
    assert shown().as_of == TOLD_AT
    assert told(hub, late[1]) == [""]
    assert shown().as_of == TOLD_AT + timedelta(minutes=5)
    assert {row.update for row in ProvisionalPiece.objects.filter(is_current=True)} == {
        late[0].update
    }


def test_what_becomes_whole_behind_a_newer_one_is_not_shown(hub):  # H23
    early, late = halves(), piece(received(50), as_of=TOLD_AT + timedelta(minutes=5))
    told(hub, early[0])
    assert told(hub, late, early[1]) == ["", "goes_back"]
    assert values() == {"2026-Q2": 50}


def test_of_two_that_were_marked_at_once_the_later_is_read(hub):  # H23
    told(hub, piece())
    told(hub, piece(received(50), as_of=TOLD_AT + timedelta(minutes=5)))
    ProvisionalPiece.objects.update(is_current=True)
    assert values() == {"2026-Q2": 50}
    [(member, year, as_of)] = selectors.half_years_to_read(actor=ANYBODY)
    assert (member, year, as_of) == ("DK", YEAR, TOLD_AT + timedelta(minutes=5))


def test_pieces_of_one_update_say_the_same_of_it(hub):  # H23
    first, second = halves()
    told(hub, first)
    later = second.as_of + timedelta(minutes=1)
    for other in (replace(second, pieces=3), replace(second, as_of=later)):
        assert told(hub, other) == ["update_differs"]
    assert told(hub, replace(second, member="SE"), by="SE") == ["update_differs"]
    assert told(hub, second) == [""]
    third = replace(second, indicator="R05", figures=(received(4, measure="removed"),))
    assert told(hub, third)[0] in {"update_differs", "unknown_measure"}
    assert values() == {"2026-Q1": 30, "2026-Q2": 42}


def test_no_more_wait_than_there_is_room_for(hub, monkeypatch):  # H23
    monkeypatch.setattr("havn.domain.publication.services.half_year.MOST_WAITING_PARTS", 1)
    first, second = halves()
    assert told(hub, first, second) == ["", "too_many_waiting"]


def test_pieces_that_fail_alike_are_one_line_of_what_was_not_taken(hub):  # H21
    told(hub, *halves(indicator="Z99"))
    assert Refusal.objects.get().code == "unknown_indicator"
    told(hub, *halves(member="SE"))
    assert Refusal.objects.count() == 2


def test_a_line_that_two_workers_wrote_at_once_does_not_stop_the_next_piece(hub):  # H21
    first, second = halves(indicator="Z99")
    told(hub, first)
    line = Refusal.objects.get()
    line.pk = uuid4()
    line.save(force_insert=True)
    assert told(hub, second) == ["unknown_indicator"]
    assert Refusal.objects.count() == 2


def test_no_report_follows_a_half_year_update_that_was_refused(hub):  # H8
    update = piece(indicator="Z99")
    told(hub, update)
    hub.at = datetime(2027, 3, 1, tzinfo=UTC)
    correction = wire.Correction("text", {"en": "The old one was wrong (made up)."})
    published(hub, of_2026(version="1.1", supersedes=update.update, correction=correction))
    codes = Refusal.objects.filter(is_half_year=False).values_list("code", flat=True)
    assert list(codes) == ["version_not_next"]


def test_what_was_told_on_the_last_day_may_arrive_in_the_new_year(hub):  # H22
    last = piece(as_of=datetime(2026, 12, 31, 23, tzinfo=UTC))
    hub.at = datetime(2027, 1, 14, tzinfo=UTC)
    assert told(hub, last) == [""]
    hub.at = datetime(2027, 1, 15, tzinfo=UTC)
    late = piece(as_of=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert told(hub, late) == ["year_over"]


def published(hub, made):
    for part in made.parts:
        services.keep_part(
            body=wire.part_event(made.id, part), subject=made.id, sender=hub.node_of("DK"), actor=hub.system, at=hub.at,
        )  # fmt: skip
    services.take_report(
        body=wire.released_event(made.token), subject=made.id, sender=hub.node_of("DK"),
        actor=hub.system, at=hub.at,
    )  # fmt: skip


def of_2026(**changes):
    return made_report(
        year=YEAR,
        figures=[figure(period=YEAR)],
        as_of=datetime(2027, 1, 31, tzinfo=UTC),
        **changes,
    )


def test_it_is_shown_until_the_signed_report_is_published_and_never_again(hub):  # H24
    told(hub, piece())
    hub.at = datetime(2027, 3, 1, tzinfo=UTC)
    made = of_2026()
    published(hub, made)
    assert values() == {"2026-Q2": 42}, "accepted, and not public yet"
    services.publish_year(year=YEAR, actor=hub.secretariat, at=hub.at)
    assert shown() is None
    services.withdraw_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    assert shown() is None, "it was read, so nothing comes back in its place"
    assert selectors.half_years_to_read(actor=ANYBODY) == []


def test_a_report_that_was_withdrawn_before_its_day_ends_it_too(hub):  # H24
    told(hub, piece())
    hub.at = datetime(2027, 3, 1, tzinfo=UTC)
    made = of_2026()
    published(hub, made)
    services.withdraw_report(report_id=made.id, actor=hub.secretariat, at=hub.at)
    assert shown() is None


def test_a_report_of_another_year_takes_nothing_away(hub):  # H24
    told(hub, piece())
    published(hub, made_report())
    services.publish_year(year="2025", actor=hub.secretariat, at=hub.at)
    assert values() == {"2026-Q2": 42}


def test_it_is_in_no_table_that_comparisons_totals_and_periods_are_made_of(hub):  # H24
    told(hub, *halves())
    assert not PublishedFigure.objects.exists()
    assert public.periods(actor=ANYBODY) == ()
    assert public.figures(member="DK", actor=ANYBODY) == []
    assert public.reporting_members(year=YEAR, actor=ANYBODY) == {}
    assert public.holdings(actor=ANYBODY).reports == 0
    counts = public.counts(indicator="R01", measure="received", period="2026-Q2", actor=ANYBODY)
    assert counts == []


def test_the_board_says_who_told_one_and_how_much_of_it_is_here(hub):  # H25
    first, _second = halves()
    told(hub, first)
    [line] = selectors.half_years_told(since="2025", actor=hub.secretariat)
    assert (line.member, line.year, line.here, line.pieces) == ("DK", YEAR, 1, 2)
    assert not line.is_current
    hub.later(days=1)
    told(hub, piece(as_of=TOLD_AT + timedelta(hours=5)))
    newest, _first = selectors.half_years_told(since=YEAR, member="DK", actor=hub.secretariat)
    assert newest.is_current
    assert selectors.half_years_told(since=YEAR, member="SE", actor=hub.secretariat) == []
    assert selectors.half_years_told(since="2027", actor=hub.secretariat) == []
    with pytest.raises(NotFoundError):
        selectors.half_years_told(since=YEAR, actor=Actor.reporter())


def withdrawn(hub, made, by=None):
    return services.withdraw_half_year(update=made.update, actor=by or hub.secretariat, at=hub.at)


def test_the_secretariat_takes_an_update_back_at_once_and_nothing_comes_back_for_it(hub):  # H25
    told(hub, piece())
    newest = piece(received(765_432), as_of=TOLD_AT + timedelta(minutes=1))
    told(hub, newest)
    assert withdrawn(hub, newest)
    assert shown() is None
    assert selectors.half_years_to_read(actor=ANYBODY) == []
    entry = Entry.objects.get(action="publication.half_year_withdrawn")
    assert entry.subject_id == newest.update
    detail = Detail.objects.get(entry=entry).detail
    assert "765432" not in detail
    assert not withdrawn(hub, newest), "it was taken back already"
    assert Entry.objects.filter(action="publication.half_year_withdrawn").count() == 1


def test_only_a_person_of_the_secretariat_takes_an_update_back(hub):  # H25
    one = piece()
    told(hub, one)
    with pytest.raises(NotFoundError):
        withdrawn(hub, one, by=ANYBODY)
    with pytest.raises(NotFoundError):
        withdrawn(hub, piece())
    assert values() == {"2026-Q2": 42}


def test_after_it_only_what_was_told_later_is_taken(hub):  # H23 H25
    one = piece()
    told(hub, one)
    withdrawn(hub, one)
    assert told(hub, piece(as_of=TOLD_AT - timedelta(minutes=1))) == ["goes_back"]
    assert told(hub, piece(received(8), as_of=TOLD_AT + timedelta(minutes=1))) == [""]
    assert values() == {"2026-Q2": 8}


def test_what_is_taken_back_before_it_is_whole_never_becomes_so(hub):  # H25
    told(hub, piece(as_of=TOLD_AT - timedelta(minutes=1)))
    first, second = halves()
    told(hub, first)
    withdrawn(hub, first)
    assert values() == {"2026-Q2": 42}, "what is shown is another one"
    assert told(hub, second) == ["update_withdrawn"]
    assert values() == {"2026-Q2": 42}


def test_a_node_takes_back_its_own_members_update_and_no_other(hub):  # H26
    hub.at = TOLD_AT - timedelta(hours=1)
    hub.joined()
    hub.at = TOLD_AT + timedelta(hours=1)
    one = piece()
    told(hub, one)
    body = wire.provisional_withdrawn(one.update, year=YEAR)
    for by, said in (("SE", body), ("DK", body | {"year": "2025"}), ("DK", body | {"value": 42})):
        hub.tell(by, "provisional_figures.withdrawn", one.update, **said)
    hub.tell("DK", "provisional_figures.withdrawn", uuid4(), **body)
    hub.hear("SE")
    hub.hear("DK")
    assert values() == {"2026-Q2": 42}
    assert hub.alarms() == ["event_refused"] * 2  # one open alarm a sender
    hub.tell("DK", "provisional_figures.withdrawn", one.update, **body)
    hub.hear("DK")
    assert shown() is None


def test_the_desk_offers_to_take_back_what_is_shown_or_will_be(hub):  # H25
    old, (part, _rest) = piece(), halves(as_of=TOLD_AT + timedelta(minutes=2))
    new = piece(as_of=TOLD_AT + timedelta(minutes=1))
    told(hub, old, new, part)

    def offered():
        lines = selectors.half_years_told(since=YEAR, actor=hub.secretariat)
        return {each.update for each in lines if each.may_withdraw}

    assert offered() == {new.update, part.update}
    withdrawn(hub, new)
    assert offered() == {part.update}
    line = selectors.told_half_year(update=new.update, actor=hub.secretariat)
    assert (line.member, line.year, line.withdrawn_at) == ("DK", YEAR, hub.at)


def test_every_refusal_has_a_sentence_that_says_what_to_do():
    for code in ("update_differs", "year_over"):
        assert rules.Fault(code, "update: year").sentence.startswith("update: year: ")
