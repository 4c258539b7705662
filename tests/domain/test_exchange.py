# SPDX-License-Identifier: Apache-2.0
"""The exchange of one node with others: what leaves, what arrives, what becomes an alarm."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest
from django.conf import settings

from havn.domain.actor import Actor
from havn.domain.audit.models import Head
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.exchange import rules, selectors, services, tasks
from havn.domain.exchange.models import Anchored, Arrival, Counter, Given, GivenCopy
from havn.domain.ledger.models import OutgoingEvent
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.lib import feed
from tests.support.small_alliance import BEAT, SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alliance():
    return SmallAlliance()


def arrivals(alliance):
    return [(row.state, row.kind, row.code) for row in Arrival.objects.order_by("log", "position")]


# What leaves.


def test_before_two_peers_have_said_what_they_saw_nothing_is_signed(alliance):  # X7
    assert alliance.beat() is rules.Standing.UNCONFIRMED
    alliance.visit("SE")
    assert alliance.beat() is rules.Standing.UNCONFIRMED
    alliance.visit("NL")
    assert alliance.beat().size == rules.LEAST_A_BEAT


def test_what_was_said_before_this_process_began_counts_for_nothing(alliance):
    alliance.hear_from_all()
    began = alliance.later()
    assert alliance.beat(started_at=began) is rules.Standing.UNCONFIRMED


def test_an_event_becomes_one_leaf_that_its_audience_alone_finds_and_opens(alliance):  # X5
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", note="confirmed item 17")
    beat = alliance.beat()
    assert (beat.leaves, beat.events, beat.still_waiting) == (rules.LEAST_A_BEAT, 1, 0)
    given = Given.objects.get()
    assert given.counter == 1
    se, nl = alliance.peers["SE"], alliance.peers["NL"]
    for peer, expected in ((se, "here"), (nl, "unknown")):
        actor = Actor.node(organisation=None, node=peer.node_id)
        (line,) = selectors.payloads(commits=[given.commit], actor=actor)
        assert line.state == expected


def test_a_copy_holds_nothing_that_the_node_itself_can_read(alliance):  # X6
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE", note="confirmed item 17")
    alliance.beat()
    copy = GivenCopy.objects.get()
    assert b"confirmed item 17" not in bytes(copy.sealed)
    assert b"confirmed item 17" not in bytes(OutgoingEvent.objects.get().sealed_payload)


def test_a_beat_without_an_event_looks_the_same(alliance):  # F15 X11
    alliance.hear_from_all()
    assert (alliance.beat().leaves, alliance.beat().leaves) == (16, 16)
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE")
    assert alliance.beat().leaves == 16
    leaves = feed.unpack_entries(
        selectors.entries(
            origin=alliance.own_log().origin, number=0, width=3, actor=alliance.system
        ),
        3,
    )
    assert len({len(leaf) for leaf in leaves}) == 1


def test_events_for_a_node_that_is_suspended_wait_and_are_not_lost(alliance):  # X9
    alliance.hear_from_all()
    alliance.adopt(version=2, SE="suspended")
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE")
    beat = alliance.beat()
    assert (beat.events, beat.still_waiting) == (0, 1)
    alliance.adopt(version=3)
    assert alliance.beat().events == 1


def test_the_counter_counts_each_audience_by_itself(alliance):
    alliance.hear_from_all()
    for codes in (("SE",), ("NL",), ("NL", "SE"), ("SE",)):
        alliance.say(EventKind.REFERRAL_PROGRESS, *codes)
        alliance.beat()
    counters = [(len(row.audience), row.counter) for row in Given.objects.order_by("position")]
    assert counters == [(1, 1), (1, 1), (2, 1), (1, 2)]


def test_a_burst_leaves_in_classes_and_all_of_it_in_order(alliance):  # F15 X10
    alliance.hear_from_all()
    for number in range(9):
        alliance.say(EventKind.REFERRAL_PROGRESS, "SE", number=number)
        alliance.at += timedelta(seconds=1)
    beats = [alliance.beat() for _ in range(3)]
    assert [beat.leaves for beat in beats] == [16, 16, 16]
    assert beats[0].events == 9
    order = list(Given.objects.order_by("position").values_list("event", flat=True))
    assert order == list(
        OutgoingEvent.objects.order_by("recorded_at").values_list("pk", flat=True)
    )


def test_erasing_an_event_takes_its_copies_and_tells_its_audience(alliance):
    alliance.hear_from_all()
    alliance.say(EventKind.REFERRAL_PROGRESS, "SE")
    alliance.beat()
    event = OutgoingEvent.objects.get().pk
    services.erase_event(
        event_id=event,
        why=rules.ErasedBecause.TAKEN_BACK,
        actor=alliance.system,
        at=alliance.at,
    )
    assert not GivenCopy.objects.exists()
    actor = Actor.node(organisation=None, node=alliance.peers["SE"].node_id)
    (line,) = selectors.payloads(commits=[Given.objects.get().commit], actor=actor)
    assert line.state == "erased"
    assert alliance.beat().events == 1
    assert [row.kind for row in Given.objects.order_by("position")][1:] == ["payload.erased"]


def test_the_audit_chain_is_witnessed_by_leaves_that_look_like_any_other(alliance):  # X12
    Head.objects.create(
        sequence=17, chain_hash=b"h" * 32, signed_at=alliance.at, signature="signed.head.17"
    )
    alliance.hear_from_all()
    for _ in range(rules.LEAST_A_BEAT):
        alliance.say(EventKind.REFERRAL_OUTCOME, "SE")
    alliance.beat()
    assert selectors.witnessed_heads(actor=alliance.system) == []  # the events came first
    for _ in range(2):
        alliance.beat()
    (found,) = selectors.witnessed_heads(actor=alliance.system)
    assert (found.head, found.is_committed) == ("signed.head.17", True)
    Anchored.objects.update(head="signed.head.16")
    (found,) = selectors.witnessed_heads(actor=alliance.system)
    assert not found.is_committed


def test_a_chain_that_is_not_what_its_leaves_commit_to_is_an_alarm(alliance):
    test_the_audit_chain_is_witnessed_by_leaves_that_look_like_any_other(alliance)
    alliance.beat()
    assert alliance.alarms() == ["anchor_differs"]


# What arrives.


def test_what_a_peer_says_to_us_is_found_fetched_and_waits_for_its_service(alliance):
    event = alliance.peer_says("SE", note="confirmed item 17")
    alliance.peer_beats("NL")
    round_ = alliance.visit("SE")
    assert (round_.is_complete, round_.found, round_.fetched) == (True, 1, 1)
    assert alliance.visit("NL").found == 0
    (line,) = selectors.waiting_arrivals(actor=alliance.system)
    opened = selectors.opened_arrival(arrival_id=line.id, actor=alliance.system)
    assert (opened.id, opened.kind, opened.body["note"]) == (
        event,
        "referral.sent",
        "confirmed item 17",
    )
    se = alliance.peers["SE"]
    assert opened.sender == se.node_id
    assert opened.proof.startswith("c2sp.org/tlog-proof@v1\n")
    leaf, keys = se.leaves[line.position], [feed.LogKey(se.log_public)]
    feed.verify_proof(opened.proof, leaf, origin=se.origin, log_keys=keys)


def test_only_an_event_whose_receipt_proves_it_is_opened_with_a_proof(alliance):
    alliance.peer_says("SE", kind="referral.progress")
    alliance.visit("SE")
    (line,) = selectors.waiting_arrivals(actor=alliance.system)
    opened = selectors.opened_arrival(arrival_id=line.id, actor=alliance.system)
    assert (opened.kind, opened.proof) == ("referral.progress", "")


def test_a_second_round_brings_nothing_twice(alliance):  # X13
    alliance.peer_says("SE")
    alliance.visit("SE")
    round_ = alliance.visit("SE")
    assert (round_.found, round_.fetched) == (0, 0)
    assert len(arrivals(alliance)) == 1


def test_a_node_that_was_away_for_a_week_gets_everything_once(alliance):
    events = [alliance.peer_says("SE", number=number) for number in range(300)]
    alliance.later(days=7)
    assert alliance.visit("SE").fetched == 300
    rows = Arrival.objects.order_by("position").values_list("event", flat=True)
    assert list(rows) == events
    assert alliance.alarms() == []


def test_a_peer_that_says_the_same_event_again_is_heard_once(alliance):  # X18
    event = alliance.peer_says("SE")
    se = alliance.peers["SE"]
    alliance.visit("SE")
    se.say(
        "referral.sent",
        alliance.own.node_id,
        to=[alliance.own.node_id],
        body={},
        event_id=event,
        at=alliance.at,
    )
    alliance.peer_beats("SE")
    alliance.visit("SE")
    assert arrivals(alliance) == [
        ("waiting", "referral.sent", ""),
        ("done", "referral.sent", "repeated"),
    ]


def test_an_erased_payload_is_not_waited_for(alliance):  # X17
    alliance.peer_says("SE")
    for kept in alliance.peers["SE"].given.values():
        kept.is_erased = True
    alliance.visit("SE")
    assert arrivals(alliance) == [("erased", "", "")]
    alliance.peer_says("SE")
    alliance.visit("SE")
    assert alliance.alarms() == []  # the gap in the counter is explained


# What becomes an alarm.


def test_a_payload_that_its_leaf_does_not_commit_to_changes_nothing(alliance):  # X16
    alliance.peer_says("SE")
    (kept,) = alliance.peers["SE"].given.values()
    kept.opened += b" "
    alliance.visit("SE")
    assert arrivals(alliance) == [("found", "", "commitment_differs")]
    assert alliance.alarms() == ["commitment_differs"]
    kept.opened = kept.opened[:-1]
    alliance.visit("SE")
    assert arrivals(alliance) == [("waiting", "referral.sent", "commitment_differs")]


def test_a_payload_that_is_withheld_alarms_after_three_rounds(alliance):
    alliance.peer_says("SE")
    alliance.peers["SE"].given.clear()
    for expected in ([], [], ["payload_withheld"], ["payload_withheld"]):
        alliance.visit("SE")
        assert alliance.alarms() == expected


def say_numbered(alliance, number):
    """Let a peer say something under this number of the count for us."""
    se = alliance.peers["SE"]
    audience = feed.audience_key([alliance.own.node_id])
    se.own = replace(se.own, counters={audience: number - 1})
    alliance.peer_says("SE")
    alliance.visit("SE")


def counted(alliance):
    """Return the last number and the ranges that were passed over."""
    node = alliance.peers["SE"].node_id
    row = Counter.objects.get(log__node=node)
    return row.number, row.missing


def test_a_gap_in_the_counter_shows(alliance):  # F12
    say_numbered(alliance, 1)
    say_numbered(alliance, 5)
    assert alliance.alarms() == ["counter_gap"]
    assert counted(alliance) == (5, [[2, 4]])
    assert len(selectors.waiting_arrivals(actor=alliance.system)) == 2


def test_a_number_that_was_missing_may_come_late_and_once(alliance):  # F12 X17
    for number in (1, 5, 3):
        say_numbered(alliance, number)
    assert alliance.alarms() == ["counter_gap"]
    assert counted(alliance) == (5, [[2, 2], [4, 4]])
    say_numbered(alliance, 3)
    assert sorted(alliance.alarms()) == ["counter_gap", "counter_repeated"]
    assert counted(alliance) == (5, [[2, 2], [4, 4]])
    for number in (2, 4, 6):
        say_numbered(alliance, number)
    assert counted(alliance) == (6, [])


def test_a_payload_that_a_peer_hands_out_later_is_no_repetition(alliance):  # X17
    alliance.peer_says("SE")
    given = alliance.peers["SE"].given
    withheld = dict(given)
    given.clear()
    alliance.peer_says("SE")
    alliance.visit("SE")
    assert counted(alliance) == (2, [[1, 1]])
    given.update(withheld)
    assert alliance.visit("SE").fetched == 1
    assert counted(alliance) == (2, [])
    assert alliance.alarms() == []


def test_a_smaller_tree_is_refused_and_evidence_kept(alliance):
    se = alliance.peers["SE"]
    alliance.peer_beats("SE")
    old = (se.own, se.note, list(se.leaves))
    alliance.later()
    alliance.peer_beats("SE")
    alliance.visit("SE")
    se.own, se.leaves = old[0], old[2]
    alliance.later()
    checkpoint = feed.Checkpoint(se.origin, se.own.frontier.size, se.own.frontier.root())
    se.note = feed.sign_head(checkpoint, se.log_private, at=alliance.at)
    round_ = alliance.visit("SE")
    assert round_.failure == "smaller_tree"
    assert alliance.alarms() == ["smaller_tree"]
    supervisor = Actor.operator(organisation=alliance.organisation)
    (line,) = selectors.open_alarms(actor=supervisor).alarms
    evidence = selectors.alarm_evidence(alarm_id=line.id, actor=supervisor)
    assert feed.verify_evidence(evidence.encode()).kind is feed.EvidenceKind.ROLLBACK


def test_two_peers_that_are_shown_different_logs_find_out(alliance):  # X15 F39
    alliance.peer_beats("SE")
    alliance.visit("SE")
    liar, other = alliance.peers["SE"], alliance.peers["NL"]
    leaf = feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=1, noise=liar.noise))
    frontier = feed.Frontier().extended([feed.leaf_hash(leaf)])
    checkpoint = feed.Checkpoint(liar.origin, 1, frontier.root())
    shown = feed.sign_head(checkpoint, liar.log_private, at=alliance.at)
    other.mirror_of(liar).served = shown
    alliance.visit("NL")
    assert alliance.alarms() == ["forked"]


def test_a_peer_that_shows_another_history_of_our_own_log_is_an_alarm_and_stops_nothing(
    alliance,
):  # X15
    alliance.hear_from_all()
    own = alliance.beat()
    log = alliance.own_log()
    leaf = feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=1, noise=alliance.peers["SE"].noise))
    frontier = feed.Frontier().extended([feed.leaf_hash(leaf)])
    private = settings.HAVN_KEYRING.read("log-checkpoint-key")  # it was stolen
    forged = feed.sign_head(
        feed.Checkpoint(log.origin, 1, frontier.root()), private, at=alliance.at
    )
    alliance.peers["SE"].mirror_of(alliance.as_peer()).served = forged
    alliance.peer_says("SE")
    assert alliance.visit("SE").found == 1
    assert alliance.alarms() == ["own_log_differs"]
    operator = Actor.operator(organisation=alliance.organisation)
    (line,) = selectors.open_alarms(actor=operator).alarms
    assert line.has_evidence
    assert alliance.beat().size > own.size


def test_evidence_stops_the_following_until_a_person_has_judged(alliance):  # F48
    test_a_smaller_tree_is_refused_and_evidence_kept(alliance)
    before = selectors.peer_lines(beat=BEAT, actor=alliance.system, at=alliance.at)
    alliance.peer_says("SE")
    assert alliance.visit("SE").found == 0
    assert selectors.peer_lines(beat=BEAT, actor=alliance.system, at=alliance.at) == before
    operator = Actor.operator(organisation=alliance.organisation)
    (line,) = selectors.open_alarms(actor=operator).alarms
    services.settle_alarm(
        alarm_id=line.id, reason="They restored it.", actor=operator, at=alliance.at
    )
    alliance.later()
    assert alliance.visit("SE").failure in {"forked", "leaf_swapped"}  # it lies again


def test_what_is_accepted_is_cosigned_and_served_with_it(alliance):  # F38 X3
    alliance.peer_beats("SE")
    with pytest.raises(NotFoundError):
        selectors.checkpoint(origin=alliance.peers["SE"].origin, actor=alliance.system)
    alliance.visit("SE")
    note = selectors.checkpoint(origin=alliance.peers["SE"].origin, actor=alliance.system)
    name = feed.witness_name(str(alliance.own.node_id))
    witnesses = {name: selectors.log_keys(node_id=alliance.own.node_id, actor=alliance.system)}
    found = feed.verified_cosignatures(feed.read_note(note), witnesses=witnesses)
    assert found == {name: alliance.at}
    with pytest.raises(NotFoundError):  # more than was accepted is served to nobody
        selectors.entries(
            origin=alliance.peers["SE"].origin, number=0, width=17, actor=alliance.system
        )


def test_an_answer_that_is_not_signed_by_the_node_is_an_alarm(alliance):  # X14
    class Forged:
        def mirrors(self):
            raise rules.LinkError("reply_signature_wrong")

    se = members.node_view(node_id=alliance.peers["SE"].node_id, actor=alliance.system)
    tasks.visit(se, link=Forged(), at=alliance.at)
    assert alliance.alarms() == ["reply_wrong"]


def test_a_peer_that_does_not_answer_is_a_failure_and_no_alarm(alliance):
    class Silent:
        def mirrors(self):
            raise rules.LinkError("timeout")

    se = members.node_view(node_id=alliance.peers["SE"].node_id, actor=alliance.system)
    assert tasks.visit(se, link=Silent(), at=alliance.at).failure == "timeout"
    assert alliance.alarms() == []
    (line, *_) = selectors.peer_lines(
        beat=timedelta(minutes=5), actor=alliance.system, at=alliance.at + timedelta(minutes=16)
    )
    assert line.health.is_red


# Alarms and nonces.


def test_an_alarm_is_raised_once_and_settled_with_a_reason(alliance):
    operator = Actor.operator(organisation=alliance.organisation)
    for _ in range(3):
        services.raise_alarm(
            code=rules.AlarmCode.GAP, about="x", actor=alliance.system, at=alliance.at
        )
    (line,) = selectors.open_alarms(actor=operator).alarms
    assert line.times == 3
    with pytest.raises(RefusedError, match="500"):
        services.settle_alarm(alarm_id=line.id, reason=" ", actor=operator, at=alliance.at)
    services.settle_alarm(alarm_id=line.id, reason="Called them.", actor=operator, at=alliance.at)
    assert selectors.open_alarms(actor=operator) == selectors.AlarmPage((), "")
    with pytest.raises(RefusedError, match="already"):
        services.settle_alarm(
            alarm_id=line.id, reason="Called them.", actor=operator, at=alliance.at
        )


def test_open_alarms_come_in_pages_the_newest_first_and_each_on_one(alliance):
    operator = Actor.operator(organisation=alliance.organisation)
    for number in range(7):
        services.raise_alarm(
            code=rules.AlarmCode.GAP,
            about=str(number),
            actor=alliance.system,
            at=alliance.at + timedelta(minutes=number // 3),  # some at one moment
        )
    pages, after = [], ""
    while not pages or after:
        page = selectors.open_alarms(actor=operator, after=after, most=3)
        pages.append([line.about for line in page.alarms])
        after = page.next_after
    assert [len(each) for each in pages] == [3, 3, 1]
    assert sorted(chain(*pages)) == [str(number) for number in range(7)]
    assert pages[0][0] == "6"
    whole = selectors.open_alarms(actor=operator)
    assert ([line.about for line in whole.alarms], whole.next_after) == ([*chain(*pages)], "")
    tampered = selectors.open_alarms(actor=operator, after="2026-01-01~x", most=3)
    assert [line.about for line in tampered.alarms] == pages[0]


def test_a_nonce_is_taken_once_and_swept_when_it_could_not_be_sent_again(alliance):
    def take(at):
        return services.take_nonce(
            key_id="k",
            nonce="n",
            until=at + timedelta(minutes=10),
            actor=alliance.system,
            at=at,
        )

    assert [take(alliance.at), take(alliance.at)] == [True, False]
    assert take(alliance.later(minutes=11)) is True
