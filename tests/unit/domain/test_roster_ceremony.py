# SPDX-License-Identifier: Apache-2.0
"""The ceremony: proposals hold together, thresholds count people, and a change of secretariat loses no client."""

import json
import shutil
from dataclasses import replace as with_other
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from havn.domain.members.clients import (
    Current,
    FolderFetcher,
    Proposal,
    Repository,
    TufRoster,
    acceded,
    add_office,
    admitted,
    changes_in_words,
    merged,
    new_act,
    policy,
    propose,
    propose_founding,
    rotated,
    secretariat_changed,
    suspended,
)
from havn.domain.members.rules import ALLIANCE_FILE, KeyUse, State
from havn.domain.members.rules.accession import read_accession
from havn.domain.members.rules.description import parse_description
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance, act, public_half, refused, renewal
from tests.support.roster import seed_of


@pytest.fixture
def alliance(tmp_path):
    return MadeUpAlliance(tmp_path / "hub")


def description(code, since=1):
    value = made_up.participant(code)
    organisation = {
        k: v for k, v in value["organisations"][0].items() if k not in {"roles", "mandates"}
    }
    node = value["nodes"][0]
    return parse_description(
        json.dumps(
            {
                "v": 1,
                "participant": {k: value["participant"][k] for k in ("code", "kind", "name")},
                "organisation": organisation,
                "node": {k: node[k] for k in ("id", "name", "base", "protocol")},
                "keys": {
                    use: made_up.public_key(use, code, since)
                    for use in ("signing", "log", "exchange")
                },
            }
        ).encode()
    )


def admit(alliance, code):
    current = alliance.repository.current()
    changes = admitted(
        current,
        description(code),
        roles=["hotline"],
        mandates=[],
        accession=act(code),
        at=alliance.at,
    )
    alliance.publish(propose("admit", current, changes, at=alliance.at))
    return changes


def test_a_country_is_admitted_with_its_act_which_is_carried_unchanged(alliance, tmp_path):  # R54
    changes = admit(alliance, "DK")
    [found] = alliance.client(tmp_path / "node").read().participants
    assert (found.code, found.state) == ("DK", State.ACTIVE)
    assert found.accession == act("DK") == changes["participants/DK.json"]["accession"]
    assert read_accession(found.accession, code="DK").offices == ("minister", "president")


def test_a_country_without_a_node_is_admitted_by_its_act_alone_and_gets_a_node_later(
    alliance, tmp_path
):  # R54
    current = alliance.repository.current()
    changes = acceded(current, act("DK"))
    alliance.publish(propose("admit", current, changes, at=alliance.at))
    [found] = alliance.client(tmp_path / "node").read().participants
    assert (found.code, found.name, found.state) == ("DK", "Denmark", State.ACTIVE)
    assert (str(found.since), found.nodes, found.organisations) == ("2026-01-01", (), ())
    assert found.accession == act("DK")

    refused(lambda: acceded(alliance.repository.current(), act("DK")), "no_change")
    admit(alliance, "DK")
    [found] = alliance.client(tmp_path / "node").read().participants
    assert (len(found.nodes), found.accession) == (1, act("DK"))


@pytest.mark.parametrize(
    "bad",
    [
        act("DK", ("minister",)),
        {**act("DK"), "signed": [act("DK")["signed"][0], act("SE")["signed"][1]]},
        {"v": 1, "keys": [], "signed": []},
    ],
)
def test_an_act_that_does_not_hold_admits_no_country_without_a_node(alliance, bad):  # R31 R54
    refused(lambda: acceded(alliance.repository.current(), bad), "bad_accession")


@pytest.mark.parametrize(
    "bad",
    [
        None,
        act("SE"),
        act("DK", ("minister",)),
        {**act("DK"), "signed": [act("DK")["signed"][0]] * 2},
        {**act("DK"), "signed": [act("DK")["signed"][0], act("SE")["signed"][1]]},
        {**act("DK"), "keys": act("DK", ("somebody", "else"))["keys"]},
    ],
)
def test_a_country_without_an_act_of_two_office_holders_is_refused(alliance, bad):  # R31
    current = alliance.repository.current()
    refused(
        lambda: admitted(
            current, description("DK"), roles=[], mandates=[], accession=bad, at=alliance.at
        ),
        "bad_accession",
    )


WORDS = {"code": "DK", "name": "Denmark", "reference": "Letter 17", "on": "2026-01-01"}


def test_office_holders_sign_the_reservation_with_the_act():  # R31
    value = new_act(WORDS | {"reservation": "Not L17."}, seed_of("minister"), office="minister")
    value = add_office(value, seed_of("president"), office="president")
    assert read_accession(value, code="DK").reservation == "Not L17."
    assert read_accession(act("DK"), code="DK").reservation == ""


def test_an_act_of_which_one_holder_signed_without_the_reservation_is_refused():  # R31
    one = new_act(WORDS | {"reservation": "Not L17."}, seed_of("minister"), office="minister")
    other = new_act(WORDS, seed_of("president"), office="president")
    mixed = {name: one[name] + other[name] for name in ("keys", "signed")}
    refused(lambda: read_accession({"v": 1, **mixed}, code="DK"), "bad_accession")


@pytest.mark.parametrize("bad", ["", " ", "x" * 2001, "two\nlines", 17, None])
def test_a_reservation_is_a_text_of_one_paragraph(bad):  # R31
    words = WORDS | {"reservation": bad}
    refused(lambda: new_act(words, seed_of("minister"), office="minister"), "bad_value")


def test_one_office_holder_cannot_sign_twice():  # R31
    refused(lambda: add_office(act("DK"), seed_of("minister"), office="other"), "bad_accession")


def test_below_the_threshold_it_is_said_who_has_signed_and_how_many_are_missing(tmp_path):  # R53
    alliance = MadeUpAlliance(tmp_path / "hub")
    current = alliance.repository.current()
    proposal = propose("policy", current, policy(current, beat_seconds=600), at=alliance.at)
    sentence = refused(
        lambda: alliance.publish(proposal, by=alliance.holders[:1]), "too_few_signatures"
    )
    assert "1 more of" in sentence
    assert alliance.repository.current().value(ALLIANCE_FILE)["beat_seconds"] == 300


def test_copies_are_joined_and_one_holder_counts_once(alliance):  # R52
    current = alliance.repository.current()
    text = propose("policy", current, policy(current, beat_seconds=600), at=alliance.at).to_bytes()
    copies = [Proposal.from_bytes(text) for _ in range(3)]
    copies[0].sign(alliance.holders[0])
    copies[1].sign(alliance.holders[0])
    assert not merged(copies).is_signed
    copies[2].sign(alliance.holders[2])
    assert merged(copies).is_signed
    alliance.publish(merged(copies), by=[])


def test_a_signature_that_does_not_hold_never_displaces_one_that_does(alliance):  # R52
    current = alliance.repository.current()
    text = propose("policy", current, policy(current, beat_seconds=600), at=alliance.at).to_bytes()
    good, bad = Proposal.from_bytes(text), Proposal.from_bytes(text)
    for private in alliance.holders[:2]:
        good.sign(private)
        bad.sign(private)
    for signature in bad.targets.signatures.values():
        signature.signature = "00" * 64
    assert merged([good, bad]).is_signed
    assert merged([bad, good]).is_signed
    assert not merged([bad]).is_signed


def test_files_that_are_no_copies_of_one_proposal_are_not_joined(alliance):  # R52
    current = alliance.repository.current()
    one, other = (
        propose("policy", current, policy(current, beat_seconds=beat), at=alliance.at)
        for beat in (600, 900)
    )
    refused(lambda: merged([one, other]), "different_proposals")


def test_a_proposal_on_a_roster_that_has_changed_is_refused(alliance):  # R51
    current = alliance.repository.current()
    late = propose("policy", current, policy(current, beat_seconds=900), at=alliance.at)
    alliance.say(made_up.participant("DK"))
    refused(lambda: alliance.publish(late), "stale_proposal")
    refused(
        lambda: alliance.publish(propose_founding(alliance.founding(), at=alliance.at)),
        "stale_proposal",
    )


def test_a_stranger_cannot_sign(alliance):
    current = alliance.repository.current()
    proposal = propose("policy", current, policy(current, beat_seconds=900), at=alliance.at)
    refused(lambda: proposal.sign(seed_of("stranger")), "not_a_holder")


def altered(text, change):
    value = json.loads(text)
    change(value)
    return json.dumps(value).encode()


def drop_participant(value):
    del value["targets"]["signed"]["targets"]["participants/DK.json"]


def change_in_silence(value):
    value["targets"]["signed"]["targets"]["participants/DK.json"]["length"] = 1


def skip_a_version(value):
    value["targets"]["signed"]["version"] += 1


def hide_the_former_file(value):
    value["base"]["files"] = {}


def show_another_former_file(value):
    value["base"]["files"]["alliance.json"] = "e30"


def unsigned_base(value):
    value["base"]["targets"]["signatures"] = []


def other_content(value):
    value["files"]["alliance.json"] = "e30"


def unsigned_former_root(value):
    value["base"]["root"]["signatures"] = []


def two_keys_under_other_names(value):
    signed = value["root"]["signed"]
    [first, second] = signed["roles"]["root"]["keyids"][:2]
    signed["keys"][first], signed["keys"][second] = signed["keys"][second], signed["keys"][first]


def one_key_under_two_names(value):
    signed = value["root"]["signed"]
    [first, second] = signed["roles"]["root"]["keyids"][:2]
    signed["keys"][second] = signed["keys"][first]


def online_key_among_the_holders(value):
    roles = value["root"]["signed"]["roles"]
    roles["timestamp"]["keyids"] = roles["snapshot"]["keyids"] = roles["root"]["keyids"][:1]


def fewer_holders_for_targets(value):
    value["root"]["signed"]["roles"]["targets"]["threshold"] = 1


def threshold_that_is_no_number(value):
    for role in ("root", "targets"):
        value["root"]["signed"]["roles"][role]["threshold"] = True


def key_of_another_kind(value):
    signed = value["root"]["signed"]
    signed["keys"][signed["roles"]["root"]["keyids"][0]]["scheme"] = "something-else"


def field_that_nobody_is_shown(value):
    value["root"]["signed"]["colour"] = "blue"


def field_beside_what_is_signed(value):
    value["targets"]["colour"] = "blue"


def field_beside_a_file(value):
    value["targets"]["signed"]["targets"]["alliance.json"]["custom"] = {"colour": "blue"}


def delegated_targets(value):
    value["targets"]["signed"]["delegations"] = {"keys": {}, "roles": []}


def file_outside_its_folder(value):
    entries = value["targets"]["signed"]["targets"]
    entries["participants/../../hub.json"] = entries["alliance.json"]


def more_than_a_node_reads(value):
    value["root"]["signatures"] += [
        {"keyid": f"{number:064x}", "sig": "00" * 64} for number in range(4_000)
    ]


def escapes_as_the_name_of_a_key(value):
    signed = value["root"]["signed"]
    roles = signed["roles"]
    name = roles["root"]["keyids"][0]
    signed["keys"]["\x1b[2J"] = signed["keys"].pop(name)
    for role in ("root", "targets"):
        roles[role]["keyids"][0] = "\x1b[2J"


def escapes_as_the_name_of_a_signature(value):
    value["targets"]["signatures"].append({"keyid": "\x1b]0;signed\x07", "sig": "00" * 64})


HIDING = [
    drop_participant, change_in_silence, skip_a_version, hide_the_former_file,
    show_another_former_file, unsigned_base, other_content, unsigned_former_root,
    two_keys_under_other_names, one_key_under_two_names, online_key_among_the_holders,
    fewer_holders_for_targets, threshold_that_is_no_number, key_of_another_kind,
    field_that_nobody_is_shown, field_beside_what_is_signed, field_beside_a_file,
    delegated_targets, file_outside_its_folder, more_than_a_node_reads,
    escapes_as_the_name_of_a_key, escapes_as_the_name_of_a_signature,
]  # fmt: skip


@pytest.mark.parametrize("change", HIDING, ids=lambda change: change.__name__)
def test_a_proposal_that_hides_what_it_does_cannot_be_opened(alliance, change):  # R50 R51
    text = renewal(alliance).to_bytes()
    assert Proposal.from_bytes(text).root is not None
    sentence = refused(lambda: Proposal.from_bytes(altered(text, change)), "bad_proposal")
    assert sentence.isprintable()


def test_a_proposal_of_another_version_is_refused(alliance):  # R50
    current = alliance.repository.current()
    text = propose("policy", current, policy(current, beat_seconds=900), at=alliance.at).to_bytes()
    refused(lambda: Proposal.from_bytes(altered(text, lambda v: v.update(v=2))), "unknown_version")


def test_what_is_shown_is_what_would_be_signed(alliance):  # R50
    alliance.say(made_up.participant("DK"))
    current = alliance.repository.current()
    proposal = propose("policy", current, suspended(current, "DK"), at=alliance.at)
    words = changes_in_words(proposal)
    assert any('state: "active" -> "suspended"' in line for line in words)
    assert changes_in_words(Proposal.from_bytes(proposal.to_bytes())) == words


def test_a_member_is_suspended_and_comes_back(alliance, tmp_path):
    alliance.say(made_up.participant("DK"))
    client = alliance.client(tmp_path / "node")
    for state in ("suspended", "active"):
        current = alliance.repository.current()
        changes = suspended(current, "DK", state=state)
        alliance.publish(propose("suspend", current, changes, at=alliance.at))
        assert client.read().participants[0].state == state
    current = alliance.repository.current()
    refused(lambda: suspended(current, "SE"), "no_such_participant")
    refused(lambda: suspended(current, "DK", node="nobody"), "no_such_participant")
    same = suspended(current, "DK", state="active")
    refused(lambda: propose("suspend", current, same, at=alliance.at), "no_change")


@pytest.mark.parametrize("revoke", [False, True])
def test_new_keys_begin_a_new_epoch(alliance, tmp_path, revoke):  # R27
    alliance.say(made_up.participant("DK"))
    current = alliance.repository.current()
    revoked_from = datetime(2027, 3, 1, 12, tzinfo=UTC) if revoke else None
    changes = rotated(current, description("DK", since=2), revoked_from=revoked_from)
    alliance.publish(propose("rotate", current, changes, at=alliance.at))
    found = alliance.client(tmp_path / "node").read()
    assert found.alliance.epoch == 2
    keys = [key for key in found.participants[0].nodes[0].keys if key.use is KeyUse.EXCHANGE]
    assert [(key.since, key.is_revoked) for key in keys] == [(1, revoke), (2, False)]
    assert [key.revoked_from for key in keys] == [revoked_from, None]  # R32
    again = rotated(alliance.repository.current(), description("DK", since=2))
    assert again["participants/DK.json"] == alliance.repository.current().value(
        "participants/DK.json"
    )


def test_a_roster_that_no_node_would_take_over_is_not_even_proposed(alliance):
    current = alliance.repository.current()
    broken = made_up.participant("DK")
    broken["nodes"][0]["base"] = "http://dk.example"
    refused(
        lambda: propose("replace", current, {"participants/DK.json": broken}, at=alliance.at),
        "insecure_address",
    )


def test_one_key_named_twice_is_no_second_key_holder(alliance):  # R4
    one = public_half(alliance.holders[0])
    for changes in ({"holders": (one, one)}, {"online": one}, {"threshold": 4}, {"threshold": 0}):
        wish = alliance.founding(**changes)
        refused(partial(propose_founding, wish, at=alliance.at), "bad_proposal")


def test_the_secretariat_changes_and_every_client_follows(alliance, tmp_path):  # R1 R3
    alliance.say(made_up.participant("DK"))
    early, sleeper = alliance.client(tmp_path / "early"), alliance.client(tmp_path / "sleeper")
    assert early.read().mark.root_version == sleeper.read().mark.root_version == 1

    new_holders = [seed_of("new holder", number) for number in range(3)]
    new_online = seed_of("new online")
    current = alliance.repository.current()
    wish = with_other(
        alliance.founding(),
        secretariat="New secretariat",
        holders=tuple(map(public_half, new_holders)),
        online=public_half(new_online),
    )
    root, changes = secretariat_changed(current, wish, at=alliance.at)
    proposal = propose("secretariat", current, changes, at=alliance.at, root=root)

    shutil.copytree(alliance.repository.folder, tmp_path / "new hub")
    new_hub = Repository(tmp_path / "new hub")

    def publish(*privates, online=new_online):
        copy = Proposal.from_bytes(proposal.to_bytes())
        for private in privates:
            copy.sign(private)
        new_hub.publish(copy, online=online, at=alliance.at, allow_insecure=False)

    refused(lambda: publish(*new_holders), "too_few_signatures")
    refused(lambda: publish(*alliance.holders), "too_few_signatures")
    both = (*alliance.holders[:2], *new_holders[:2])
    refused(lambda: publish(*both, online=alliance.online), "not_a_holder")
    publish(*both)

    def from_new_hub(folder):
        return TufRoster(folder, first_root=alliance.root, fetcher=FolderFetcher(new_hub.folder))

    found = from_new_hub(tmp_path / "early").read()
    assert (found.mark.root_version, found.alliance.secretariat) == (2, "New secretariat")
    current = new_hub.current()
    following = propose("policy", current, policy(current, beat_seconds=60), at=alliance.at)
    former = Proposal.from_bytes(following.to_bytes())
    refused(lambda: former.sign(alliance.holders[0]), "not_a_holder")
    for private in new_holders[1:]:
        following.sign(private)
    new_hub.publish(following, online=new_online, at=alliance.at, allow_insecure=False)
    for folder in ("early", "sleeper", "newcomer"):
        found = from_new_hub(tmp_path / folder).read()
        assert (found.mark.root_version, found.alliance.beat_seconds) == (2, 60)


def test_a_root_that_nears_its_end_is_renewed_by_the_next_proposal(alliance):  # R10
    current = alliance.repository.current()
    later = alliance.at + timedelta(days=300)
    proposal = propose("policy", current, policy(current), at=later)
    assert proposal.root is not None
    assert proposal.root.signed.expires == later + timedelta(days=365)
    assert isinstance(current, Current)
    assert propose("policy", current, policy(current), at=alliance.at).root is None


def test_a_hub_that_was_restored_is_not_taken_for_a_rollback(alliance, tmp_path):  # R10
    client = alliance.client(tmp_path / "node")
    shutil.copytree(alliance.repository.folder, tmp_path / "backup")
    alliance.repository.resign(online=alliance.online, at=alliance.at + timedelta(days=1))
    first = client.read().mark
    shutil.rmtree(alliance.repository.folder)
    shutil.copytree(tmp_path / "backup", alliance.repository.folder)
    refused(client.read, "rolled_back")
    alliance.repository.resign(online=alliance.online, at=alliance.at + timedelta(days=2))
    assert client.read().mark.timestamp_version > first.timestamp_version
