# SPDX-License-Identifier: Apache-2.0
"""Every named attack of tests/vectors/feed is refused with its own error and changes nothing."""

import json
import re
from datetime import datetime

import pytest

from havn.lib import feed
from havn.lib.encoding import from_b64u
from havn.lib.feed import AudienceCounter, FeedError, FeedState, LogKey, TrustedFeed
from tests.unit.lib.feed_log import MemoryTiles, seeded
from tests.vectors.feed import make

ATTACKS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(make.FOLDER.glob("*.json"))
    if path.stem != "forms"
}
PROVED = {"two-roots-of-one-size", "fork-that-another-mirror-holds", "smaller-tree-signed-later"}
UNPROVED = {"older-copy-replayed", "leaf-swapped-on-its-way", "page-left-out"}


def keys_of(given):
    return [LogKey(from_b64u(each["public"]), each["revoked"]) for each in given["log_keys"]]


class Mirror:
    """A mirror that is given the steps of a vector."""

    def __init__(self, given):
        self.feed = TrustedFeed(FeedState(given["origin"]), log_keys=keys_of(given), roster="1")
        self.at = datetime.fromisoformat(given["at"])
        self.tiles = MemoryTiles()

    def take(self, step):
        mirror = self.feed
        if "take_checkpoint" in step:
            mirror.state = mirror.take_checkpoint(step["take_checkpoint"], at=self.at)
        elif "take_entries" in step:
            page = from_b64u(step["page"])
            mirror.state, entries = mirror.take_entries(step["take_entries"], page)
            self.tiles.append([each.hash for each in entries])
        elif "finish" in step:
            mirror.state = mirror.finish()
        elif "compare" in step:
            mirror.state, _ = mirror.compare(step["compare"], own=self.tiles)
        else:
            mirror.check_may_sign(step["may_sign"], peers=step["peers"], own=self.tiles)


def prove(given):
    witnesses = {
        name: [LogKey(from_b64u(each)) for each in keys]
        for name, keys in given["witnesses"].items()
    }
    feed.verify_proof(
        given["proof"], given["entry"].encode(), origin=given["origin"], log_keys=keys_of(given),
        witnesses=witnesses, needed=given["needed"],
    )  # fmt: skip


def count(counters):
    counter = AudienceCounter()
    for each in counters:
        counter = counter.taken(each)


def consistency(given):
    path = [from_b64u(each) for each in given["path"]]
    roots = from_b64u(given["old_root"]), from_b64u(given["new_root"])
    feed.verify_consistency(given["old"], given["new"], *roots, path)


CALLS = {
    "leaf": lambda given: feed.parse_leaf(given["leaf"].encode()),
    "tile_path": lambda given: feed.parse_tile_path(given["tile_path"]),
    "payload": lambda given: feed.parse_payload(given["payload"].encode()),
    "open": lambda given: feed.open_payload(
        from_b64u(given["open"]["commit"]),
        from_b64u(given["open"]["salt"]),
        given["open"]["payload"].encode(),
    ),
    "counters": lambda given: count(given["counters"]),
    "exchange_key": lambda given: feed.pair_key(
        seeded("own"), from_b64u(given["exchange_key"]), origin="x", epoch=1
    ),
    "proof": prove,
    "consistency": lambda given: consistency(given["consistency"]),
    "evidence": lambda given: feed.verify_evidence(given["evidence"].encode()),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_with_its_own_error_and_changes_nothing(name):
    attack = ATTACKS[name]
    given = attack["given"]
    assert re.fullmatch(r"F[0-9]+", attack["sentence"])
    if "steps" not in given:
        (call,) = [CALLS[each] for each in CALLS if each in given]
        with pytest.raises(FeedError) as caught:
            call(given)
    else:
        mirror = Mirror(given)
        for step in given["steps"][:-1]:
            mirror.take(step)
        before = mirror.feed.state
        with pytest.raises(FeedError) as caught:
            mirror.take(given["steps"][-1])
        assert mirror.feed.state == before
    assert caught.value.code == attack["expected_error"]
    if name in PROVED:
        feed.verify_evidence(feed.evidence_bytes(caught.value.evidence))
    if name in UNPROVED:
        assert caught.value.evidence is None


def test_every_error_has_an_attack_and_a_sentence():
    named = {attack["expected_error"] for attack in ATTACKS.values()}
    assert named == set(feed.FEED_SENTENCES)
    assert all(sentence.endswith(".") for sentence in feed.FEED_SENTENCES.values())
    assert len(ATTACKS) >= 20


def test_the_vectors_are_what_their_script_makes():
    made = make.made()
    kept = {path.name: path.read_text(encoding="utf-8") for path in make.FOLDER.glob("*.json")}
    assert kept == made


FORMS = json.loads((make.FOLDER / "forms.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FORMS["evidence"])
def test_evidence_of_each_kind_is_believed_as_it_is_and_not_with_anything_altered(name):  # F40 F41
    content = FORMS["evidence"][name].encode()
    assert feed.verify_evidence(content).origin == make.LOG.origin
    assert feed.evidence_bytes(feed.read_evidence(content)) == content
    for place in range(0, len(content), 7):
        broken = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            feed.verify_evidence(broken)
        except FeedError:
            continue
        # For people: where the keys are said to stand, and the bounds of what somebody says is missing.
        told, altered = json.loads(content), json.loads(broken)
        changed = {key for key in told if told[key] != altered.get(key)}
        assert changed <= ({"roster", "index", "until"} if name == "gap" else {"roster"})


def test_the_forms_are_read_as_they_were_written():  # F1 F4 F7 F9 F46
    forms = FORMS
    leaf = feed.parse_leaf(forms["leaf"].encode())
    assert feed.is_tagged(leaf, from_b64u(forms["pair_key"]))
    assert leaf.commit == from_b64u(forms["commit"])
    assert feed.open_payload(leaf.commit, from_b64u(forms["salt"]), forms["payload"].encode())
    assert feed.read_proof(forms["proof"]).index == 3
    assert forms["paths"] == {
        "1234067": "tile/0/x001/x234/067",
        "partial": "tile/entries/273.p/112",
    }
