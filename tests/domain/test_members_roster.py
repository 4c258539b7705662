# SPDX-License-Identifier: Apache-2.0
"""Taking a roster over: all or nothing, in order, and nobody is ever removed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members import selectors, services
from havn.domain.members.models import Member, Node, NodeKey
from havn.domain.members.rules import KeyUse, State, key_id_of, parse_roster
from havn.lib.encoding import from_b64u
from tests.support import roster as made_up
from tests.support.own_node import register_own_node

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
US = Actor.operator()


def adopt(*participants, version=1, at=AT, mark=None, **alliance):
    files = made_up.files_of(*participants, **alliance)
    roster = parse_roster(files, mark=mark or made_up.mark(version))
    return services.adopt_roster(roster=roster, actor=US, at=at)


def node(code):
    return selectors.node_view(node_id=made_up.identifier("node", code), actor=US)


def entries(action="roster.adopted"):
    return Entry.objects.filter(action=action).count()


def own_participant():
    """The own node, as the roster would name it."""
    organisation = register_own_node()
    own = selectors.own_node(actor=US)
    value = made_up.participant("DK")
    value["organisations"][0]["id"] = value["nodes"][0]["organisation"] = str(organisation)
    value["nodes"][0]["id"] = str(own.node_id)
    return value


def test_a_roster_is_taken_over_once():
    assert adopt(made_up.participant("DK"), made_up.participant("SE")) is True
    assert (
        adopt(made_up.participant("DK"), made_up.participant("SE"), at=AT + timedelta(1)) is False
    )
    assert entries() == 1
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["DK", "SE"]
    state = selectors.roster_state(actor=US)
    assert (state.version, state.epoch, state.beat) == (1, 1, timedelta(minutes=5))
    assert state.refreshed_at == AT + timedelta(1)


def test_a_peer_has_its_keys_address_and_protocol():
    adopt(made_up.participant("SE"))
    peer = selectors.peers(actor=US)[0]
    assert (peer.base_address, peer.protocol_least, peer.protocol_most) == (
        "https://se.example", 1, 1,
    )  # fmt: skip
    assert {key.use for key in peer.keys} == set(KeyUse)
    public = from_b64u(made_up.public_key("signing", "SE", 1))
    holder = selectors.node_of_key(key_id=key_id_of(public, KeyUse.SIGNING), actor=US)
    assert (holder.node_id, holder.participant_code) == (peer.node_id, "SE")
    assert holder.is_active
    assert not holder.key.is_revoked
    with pytest.raises(NotFoundError):
        selectors.node_of_key(key_id="nobody", actor=US)


def test_a_log_key_signs_no_request():
    adopt(made_up.participant("SE"))
    log = selectors.log_keys_of(node_id=made_up.identifier("node", "SE"), actor=US)
    assert len(log) == 1
    with pytest.raises(NotFoundError):
        selectors.node_of_key(key_id=log[0].key_id, actor=US)


def test_who_vanishes_is_suspended_and_its_keys_are_revoked():  # R40
    adopt(made_up.participant("DK"), made_up.participant("SE"))
    adopt(made_up.participant("DK"), version=2)
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["DK"]
    gone = node("SE")
    assert (gone.state, gone.participant_state) == (State.SUSPENDED, State.SUSPENDED)
    assert all(key.is_revoked for key in gone.keys)
    assert Member.objects.count() == Node.objects.count() == 2
    shown = {each.code: each.state for each in selectors.participants(actor=US)}
    assert shown == {"DK": State.ACTIVE, "SE": State.SUSPENDED}
    adopt(made_up.participant("DK"), made_up.participant("SE"), version=3)
    assert node("SE").is_active


@pytest.mark.parametrize("where", ["participant", "nodes"])
def test_a_suspended_member_or_node_is_no_peer_and_its_key_counts_no_more(where):
    value = made_up.participant("SE")
    found = value[where] if where == "participant" else value[where][0]
    found["state"] = "suspended"
    adopt(made_up.participant("DK"), value)
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["DK"]
    public = from_b64u(made_up.public_key("signing", "SE", 1))
    key_id = key_id_of(public, KeyUse.SIGNING)
    assert not selectors.node_of_key(key_id=key_id, actor=US).is_active
    assert selectors.nodes_for_country(code="SE", actor=US) == ()


@pytest.mark.parametrize("field", ["version", "root_version", "timestamp_version"])
def test_an_older_roster_is_refused_and_changes_nothing(field):  # R16
    adopt(made_up.participant("DK"), mark=made_up.mark(2, root_version=2, timestamp_version=9))
    older = replace(made_up.mark(2, root_version=2, timestamp_version=9), **{field: 1})
    with pytest.raises(RefusedError) as refused:
        adopt(made_up.participant("SE"), mark=older)
    assert refused.value.code == "rolled_back"
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["DK"]
    assert selectors.roster_state(actor=US).version == 2


def test_the_own_node_is_found_by_its_identifier_and_keeps_its_names():
    value = own_participant()
    adopt(value, made_up.participant("SE"))
    own = selectors.own_node(actor=US)
    assert (own.organisation_name, own.contact_email) == (
        "Harbour Hotline", "notice@hotline.example",
    )  # fmt: skip
    assert own.public_url == "https://hotline.example"
    assert own.state == State.ACTIVE
    view = selectors.node_view(node_id=own.node_id, actor=US)
    assert view.is_own
    assert view.base_address == "https://dk.example"
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["SE"]


def test_a_roster_that_gives_the_own_node_to_somebody_else_is_refused():  # R41
    value = own_participant()
    value["participant"]["code"] = "SE"
    with pytest.raises(RefusedError) as refused:
        adopt(value)
    assert refused.value.code == "own_node_differs"
    assert selectors.roster_state(actor=US).version == 0
    assert entries() == 0


def test_a_key_never_goes_from_one_node_to_another():  # R42
    adopt(made_up.participant("SE"))
    thief = made_up.participant("DK")
    thief["nodes"][0]["signing_keys"] = made_up.keys_of("SE")["signing_keys"]
    with pytest.raises(RefusedError) as refused:
        adopt(thief, version=2)
    assert refused.value.code == "key_of_another_node"
    assert NodeKey.objects.filter(is_revoked=True).count() == 0


def rotated():
    value = made_up.participant("SE")
    newer = made_up.keys_of("SE", since=3)
    for name, keys in newer.items():
        value["nodes"][0][name] += keys
    return value


def test_each_epoch_has_the_newest_exchange_key_since_then():  # R27
    adopt(rotated(), epoch=3)
    se = made_up.identifier("node", "SE")
    for epoch, since in ((1, 1), (2, 1), (3, 3), (9, 3)):
        found = selectors.exchange_key_of(node_id=se, epoch=epoch, actor=US)
        assert found == from_b64u(made_up.public_key("exchange", "SE", since))
    with pytest.raises(NotFoundError):
        selectors.exchange_key_of(node_id=se, epoch=0, actor=US)


def test_a_revoked_exchange_key_still_opens_its_own_epochs_and_a_revoked_signature_is_said_so():
    value = rotated()
    for name in ("signing_keys", "exchange_keys"):
        value["nodes"][0][name][0]["revoked"] = True
    adopt(value, epoch=3)
    se = made_up.identifier("node", "SE")
    old = from_b64u(made_up.public_key("exchange", "SE", 1))
    assert selectors.exchange_key_of(node_id=se, epoch=1, actor=US) == old
    public = from_b64u(made_up.public_key("signing", "SE", 1))
    holder = selectors.node_of_key(key_id=key_id_of(public, KeyUse.SIGNING), actor=US)
    assert holder.key.is_revoked
    assert len(node("SE").keys_for(KeyUse.SIGNING)) == 1


def test_referrals_go_to_the_hotline_and_orphans_to_those_with_the_mandate():  # R29 R30
    police = made_up.participant("SE")
    police["organisations"][0]["roles"] = ["police"]
    adopt(made_up.participant("DK"), police, made_up.participant("INHOPE"))
    found = selectors.nodes_for_country(code="DK", actor=US)
    assert [each.node_id for each in found] == [made_up.identifier("node", "DK")]
    assert selectors.nodes_for_country(code="SE", actor=US) == ()
    assert len(selectors.nodes_for_country(code="SE", role="police", actor=US)) == 1
    assert [each.participant_code for each in selectors.orphan_mandates(actor=US)] == ["INHOPE"]


def test_what_may_be_sent_follows_from_the_senders_own_file_and_the_day():  # R28
    sending = made_up.participant("DK", legal_bases=[made_up.basis("SE", until="2026-06-30")])
    adopt(sending, made_up.participant("SE"))

    def allowed(sender, receiver, day):
        found = selectors.legal_basis_between(
            sender=sender, receiver=receiver, on=date.fromisoformat(day), actor=US
        )
        return found.allows if found else None

    assert allowed("DK", "SE", "2026-06-30") == {"personal_data"}
    assert allowed("DK", "SE", "2026-07-01") is None
    assert allowed("DK", "SE", "2025-12-31") is None
    assert allowed("SE", "DK", "2026-03-01") is None
    adopt(made_up.participant("DK"), made_up.participant("SE"), version=2)
    assert allowed("DK", "SE", "2026-06-30") is None


def test_an_expired_roster_is_not_usable_and_none_neither():  # R17
    assert not selectors.is_usable(at=AT, actor=US)
    adopt(made_up.participant("DK"))
    end = selectors.roster_state(actor=US).expires_at
    assert selectors.is_usable(at=end - timedelta(seconds=1), actor=US)
    assert not selectors.is_usable(at=end, actor=US)


def test_trouble_is_noted_once_until_it_is_another_and_ends_with_the_next_roster():
    def note(code, at=AT):
        return services.note_roster_trouble(code=code, actor=US, at=at)

    assert note("expired") is True
    assert note("expired", AT + timedelta(hours=1)) is False
    assert selectors.roster_state(actor=US).last_error_at == AT
    assert note("unreachable") is True
    assert entries("roster.trouble_noted") == 2
    adopt(made_up.participant("DK"))
    assert selectors.roster_state(actor=US).last_error == ""


def test_the_list_of_participants_costs_the_same_however_many_there_are():
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert selectors.participants(actor=US)
        return len(seen)

    adopt(made_up.participant("DK"))
    few = queries()
    codes = [f"{a}{b}" for a in "ABCD" for b in "WXYZ"]
    adopt(*(made_up.participant(code) for code in codes), version=2)
    assert queries() == few <= 5
    assert isinstance(selectors.participants(actor=US)[0].nodes[0].node_id, UUID)
