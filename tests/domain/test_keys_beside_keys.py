# SPDX-License-Identifier: Apache-2.0
"""A node changes its keys: what waited arrives, what was signed stays readable, and nobody is accused."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as chosen

from havn.domain.actor import Actor
from havn.domain.exchange import rules, selectors, tasks
from havn.domain.exchange.models import Arrival, GivenCopy, Peer
from havn.domain.ledger.rules import EventKind
from havn.domain.members import selectors as members
from havn.domain.members.models import NodeKey
from havn.domain.members.rules import KeyUse
from havn.domain.workflow.tasks import exchanging
from havn.lib import feed, sealing
from havn.lib.keyring import Keyring, MissingKeyError
from tests.support.small_alliance import OwnLink, SmallAlliance, noise_of

pytestmark = pytest.mark.django_db
A_WHILE = timedelta(hours=3)  # every node has read the roster


@pytest.fixture(autouse=True)
def keyring(settings: Any, tmp_path: Path) -> Keyring:
    """Give this process a keyring of its own, to which pairs are added."""
    shutil.copytree(settings.HAVN_KEYRING.folder, tmp_path / "keys")
    settings.HAVN_KEYRING = Keyring(tmp_path / "keys")
    return Keyring(tmp_path / "keys")


@pytest.fixture
def alliance() -> SmallAlliance:
    found = SmallAlliance()
    found.hear_from_all()
    found.beat()
    found.later()
    return found


def read_by_us(alliance: SmallAlliance) -> list[object]:
    """Let what arrived be handled; returns the events, each as often as its service was called."""
    got: list[object] = []

    def handler(event: rules.IncomingEvent, _actor: Actor, _at: object) -> None:
        got.append(event.id)

    readings = {"referral.sent": exchanging.Reading(handler)}
    exchanging.handle_arrivals(readings, at=alliance.at)
    return got


def private_files(keyring: Keyring, name: str) -> list[Path]:
    """Return the files of further private keys of a use."""
    found = sorted(keyring.folder.glob(f"{name}.*"))
    return [path for path in found if not path.name.endswith(".pub")]


def last_trouble(alliance: SmallAlliance, code: str) -> str:
    return Peer.objects.get(node=alliance.peers[code].node_id).last_error


# --- exchange keys ----------------------------------------------------------------------------------


@pytest.mark.parametrize("revoke", [False, True])
def test_what_waits_unread_while_its_receivers_exchange_key_changes_arrives_once(
    alliance: SmallAlliance,
    revoke: bool,
) -> None:
    """F18 R27"""
    before = alliance.peer_says("SE")
    alliance.change_own_key("exchange", revoke=revoke)
    alliance.later()
    after = alliance.peer_says("SE")
    assert alliance.visit("SE").found == 2
    assert list(Arrival.objects.order_by("position").values_list("epoch", flat=True)) == [1, 2]
    assert read_by_us(alliance) == [before, after]
    alliance.later()
    assert alliance.visit("SE").found == 0
    assert read_by_us(alliance) == []
    assert alliance.alarms() == []


def test_what_was_found_and_not_fetched_is_opened_with_the_key_of_its_epoch(
    alliance: SmallAlliance,
) -> None:
    event = alliance.peer_says("SE")
    peer = alliance.peers["SE"]
    kept = dict(peer.given)
    peer.given.clear()  # it gives nothing yet
    assert alliance.visit("SE").fetched == 0
    peer.given.update(kept)
    alliance.change_own_key("exchange")
    alliance.later()
    assert alliance.visit("SE").fetched == 1
    assert read_by_us(alliance) == [event]
    assert alliance.alarms() == []


def test_what_was_fetched_and_not_handled_is_opened_with_the_key_of_its_epoch(
    alliance: SmallAlliance,
) -> None:
    event = alliance.peer_says("SE")
    alliance.visit("SE")
    alliance.change_own_key("exchange", revoke=True)
    assert read_by_us(alliance) == [event]


def test_what_waits_unread_while_its_senders_exchange_key_changes_arrives_once(
    alliance: SmallAlliance,
) -> None:
    """F18 R27"""
    before = alliance.peer_says("SE")
    peer = alliance.peers["SE"]
    former = peer.exchange_public
    new = sealing.new_key_pair()
    alliance.name_key("SE", "exchange", new[1])
    peer.take_exchange_key(new[0], epoch=2)
    alliance.adopt_next()
    after = alliance.peer_says("SE")
    assert former != peer.exchange_public
    assert alliance.visit("SE").found == 2
    assert read_by_us(alliance) == [before, after]
    assert alliance.alarms() == []


def test_what_we_tell_is_sealed_and_tagged_with_the_keys_of_the_epoch(
    alliance: SmallAlliance,
) -> None:
    """F18"""
    alliance.say(EventKind.REFERRAL_SENT, "SE")
    alliance.beat()
    public = alliance.change_own_key("exchange")
    alliance.later()
    alliance.say(EventKind.REFERRAL_SENT, "SE")
    alliance.beat()
    peer = alliance.peers["SE"]
    first = settings_public("exchange-key")
    found = []
    for content in selectors.own_leaves(first=0, actor=alliance.system):
        leaf = feed.parse_leaf(content)
        ours = {1: first, 2: public}[leaf.epoch]
        key = feed.pair_key(
            peer.exchange_private, ours, origin=alliance.own_log().origin, epoch=leaf.epoch
        )
        found += [leaf.epoch] if feed.is_tagged(leaf, key) else []
    assert found == [1, 2]
    assert GivenCopy.objects.count() == 2


def settings_public(name: str) -> bytes:
    found: bytes = chosen.HAVN_KEYRING.read(f"{name}.pub")
    return found


def test_leaves_of_an_epoch_that_our_roster_does_not_have_yet_wait_for_it(
    alliance: SmallAlliance, keyring: Keyring
) -> None:
    """F52: the peer read the roster first, in which we have another key."""
    before = alliance.peer_says("SE")
    public = keyring.add("exchange-key")
    alliance.name_key("DK", "exchange", public)
    after = alliance.peer_says("SE")
    for _ in range(2):
        alliance.later()
        alliance.visit("SE")
    assert read_by_us(alliance) == [before]
    assert last_trouble(alliance, "SE") == "roster_behind"
    alliance.adopt_next()
    assert alliance.visit("SE").found == 1
    assert read_by_us(alliance) == [after]
    assert alliance.alarms() == []


def test_a_leaf_of_an_epoch_beyond_all_sense_holds_nothing_up(alliance: SmallAlliance) -> None:
    alliance.peers["SE"].epoch = 10**9
    alliance.peer_beats("SE")
    alliance.peers["SE"].epoch = 1
    event = alliance.peer_says("SE")
    alliance.visit("SE")
    assert read_by_us(alliance) == [event]


def test_where_a_key_was_not_placed_yet_what_needs_it_waits_loudly_and_nothing_is_lost(
    alliance: SmallAlliance, keyring: Keyring
) -> None:
    """F52"""
    before = alliance.peer_says("SE")
    alliance.change_own_key("exchange")
    (file,) = private_files(keyring, "exchange-key")
    elsewhere = file.rename(file.with_name("not-placed-yet"))
    after = alliance.peer_says("SE")
    for _ in range(3):
        alliance.later()
        assert not alliance.visit("SE").failure
    assert read_by_us(alliance) == [before]
    assert last_trouble(alliance, "SE") == "own_key_missing"
    assert alliance.alarms() == ["own_key_missing"]
    elsewhere.rename(file)
    alliance.later()
    assert alliance.visit("SE").found == 1
    assert read_by_us(alliance) == [after]


def test_without_the_exchange_key_of_the_epoch_no_beat_is_done_and_what_waits_leaves_later(
    alliance: SmallAlliance, keyring: Keyring
) -> None:
    alliance.change_own_key("exchange")
    (file,) = private_files(keyring, "exchange-key")
    elsewhere = file.rename(file.with_name("not-placed-yet"))
    alliance.say(EventKind.REFERRAL_SENT, "SE")
    size = alliance.own_log().size
    alliance.later()
    assert alliance.beat() is rules.Standing.WITHOUT_KEY
    assert alliance.own_log().size == size
    assert alliance.alarms() == ["own_key_missing"]
    elsewhere.rename(file)
    done = alliance.beat()
    assert isinstance(done, tasks.services.Beat)
    assert done.events == 1


def test_own_leaves_of_both_epochs_are_recounted_after_a_restore(alliance: SmallAlliance) -> None:
    """F50"""
    alliance.say(EventKind.REFERRAL_SENT, "SE")
    alliance.beat()
    alliance.change_own_key("exchange")
    alliance.later()
    alliance.say(EventKind.REFERRAL_SENT, "SE")
    alliance.say(EventKind.REFERRAL_SENT, "SE", "NL")
    alliance.beat()
    leaves = selectors.own_leaves(first=0, actor=alliance.system)
    counts = rules.recounted(leaves, keys_of_epoch=tasks._keys_of_epoch)
    ids = {code: peer.node_id for code, peer in alliance.peers.items()}
    both = feed.audience_key(sorted(ids.values(), key=str))
    assert counts == {feed.audience_key([ids["SE"]]): 2, both: 1}


# --- log keys ---------------------------------------------------------------------------------------


def followed(alliance: SmallAlliance, code: str) -> bytes:
    """Let a peer follow our log with the keys of its roster; returns the checkpoint that it took."""
    peer = alliance.peers[code]
    link = OwnLink(Actor.node(organisation=None, node=peer.node_id))
    keys = selectors.log_keys(node_id=alliance.own.node_id, actor=alliance.system)
    mirror = peer.mirror_of(alliance.as_peer())
    while not rules.follow(link, mirror, log_keys=keys, at=alliance.at).is_complete:
        continue
    return mirror.state().note.encode()


def signed_by(alliance: SmallAlliance, note: bytes, public: bytes) -> bool:
    read = feed.read_note(note)
    try:
        feed.verified_checkpoint(
            read, origin=alliance.own_log().origin, log_keys=[feed.LogKey(public)]
        )
    except feed.FeedError:
        return False
    return True


@pytest.mark.parametrize("revoke", [False, True])
def test_the_log_is_followed_before_while_and_after_its_key_changes(
    alliance: SmallAlliance,
    revoke: bool,
) -> None:
    first = settings_public("log-checkpoint-key")
    assert signed_by(alliance, followed(alliance, "SE"), first)
    public = alliance.change_own_key("log", revoke=revoke)
    for code in alliance.peers:
        alliance.visit(code)
    alliance.later()
    alliance.beat()
    assert signed_by(alliance, followed(alliance, "SE"), public if revoke else first)
    alliance.later(hours=3)
    alliance.hear_from_all()
    alliance.beat()
    assert signed_by(alliance, followed(alliance, "SE"), public)
    alliance.hear_from_all()
    alliance.beat()
    assert alliance.alarms() == []


def test_the_new_log_key_cosigns_what_is_mirrored(alliance: SmallAlliance) -> None:
    public = alliance.change_own_key("log")
    alliance.later(hours=3)
    alliance.peer_beats("SE")
    alliance.visit("SE")
    note = selectors.checkpoint(origin=alliance.peers["SE"].origin, actor=alliance.system)
    name = feed.witness_name(str(alliance.own.node_id))
    found = feed.verified_cosignatures(
        feed.read_note(note), witnesses={name: [feed.LogKey(public)]}
    )
    assert set(found) == {name}


def test_a_checkpoint_of_a_revoked_log_key_that_this_node_never_signed_is_an_alarm(
    alliance: SmallAlliance,
) -> None:
    """X15"""
    stolen = chosen.HAVN_KEYRING.read("log-checkpoint-key")
    alliance.change_own_key("log", revoke=True)
    leaf = feed.leaf_bytes(feed.dummy_leaf(epoch=1, tag_count=1, noise=noise_of("thief")))
    frontier = feed.Frontier().extended([feed.leaf_hash(leaf)])
    checkpoint = feed.Checkpoint(alliance.own_log().origin, 1, frontier.root())
    forged = feed.sign_head(checkpoint, stolen, at=alliance.at)
    alliance.peers["SE"].mirror_of(alliance.as_peer()).served = forged
    alliance.visit("SE")
    assert alliance.alarms() == ["own_log_differs"]


# --- which pair signs -------------------------------------------------------------------------------


def test_the_first_pair_signs_where_no_roster_names_one(alliance: SmallAlliance) -> None:
    NodeKey.objects.all().delete()
    settings_keyring().add("node-signing-key")
    pair = members.own_signing_pair(actor=alliance.system, at=alliance.at)
    assert pair == members.first_signing_pair(actor=alliance.system)


def settings_keyring() -> Keyring:
    found: Keyring = chosen.HAVN_KEYRING
    return found


def test_a_new_signing_key_waits_until_others_know_it_and_then_signs(
    alliance: SmallAlliance,
) -> None:
    first = settings_public("node-signing-key")
    public = alliance.change_own_key("signing")
    assert members.own_signing_pair(actor=alliance.system, at=alliance.at).public == first
    pair = members.own_signing_pair(actor=alliance.system, at=alliance.at + A_WHILE)
    assert pair.public == public
    assert pair.private == settings_keyring().private_of("node-signing-key", public)


def test_of_two_new_keys_since_the_same_epoch_the_later_in_the_file_signs(
    alliance: SmallAlliance,
) -> None:
    alliance.change_own_key("signing")
    last = alliance.change_own_key("signing")
    pair = members.own_signing_pair(actor=alliance.system, at=alliance.at + A_WHILE)
    assert pair.public == last


def test_a_revoked_key_signs_nothing_from_that_moment_on(alliance: SmallAlliance) -> None:
    public = alliance.change_own_key("signing", revoke=True)
    assert members.own_signing_pair(actor=alliance.system, at=alliance.at).public == public


def test_where_the_new_key_was_not_placed_yet_the_former_one_signs_unless_it_was_revoked(
    alliance: SmallAlliance, keyring: Keyring
) -> None:
    first = settings_public("node-signing-key")
    alliance.change_own_key("signing")
    (file,) = private_files(keyring, "node-signing-key")
    file.unlink()
    later = alliance.at + A_WHILE
    assert members.own_signing_pair(actor=alliance.system, at=later).public == first
    alliance.change_own_key("signing", revoke=True)
    for path in private_files(keyring, "node-signing-key"):
        path.unlink()
    with pytest.raises(MissingKeyError, match="havn keys place"):
        members.own_signing_pair(actor=alliance.system, at=later)


def test_the_newest_key_in_hand_is_the_one_that_no_roster_names_yet(
    alliance: SmallAlliance,
) -> None:
    newest = alliance.change_own_key("signing")
    actor = Actor.operator()
    assert members.newest_own_key(use=KeyUse.SIGNING, actor=actor) == newest
    unnamed = settings_keyring().add("node-signing-key")
    assert members.newest_own_key(use=KeyUse.SIGNING, actor=actor) == unnamed
    lines = [each for each in members.own_keys(actor=actor) if each.use is KeyUse.SIGNING]
    assert [(each.since, each.is_held) for each in lines] == [(1, True), (1, True), (0, True)]
