# SPDX-License-Identifier: Apache-2.0
"""npm `tuf-js` follows the roster that we publish, through a change of key holders, and refuses every tampered copy."""

import json
from pathlib import Path

import pytest

from havn.domain.members.clients import propose, secretariat_changed
from tests.support import npm
from tests.support.alliance import public_half
from tests.support.roster import seed_of
from tests.vectors import make_roster_vectors as maker

pytestmark = [pytest.mark.deep, pytest.mark.part_exchange]
SCRIPT = Path(__file__).parent / "followed_roster.js"
PACKAGE = "tuf-js@3.1.0"
NAMES = ["alliance.json", "participants/DK.json", "participants/SE.json"]
# What a file says is judged by who reads it, not by TUF.
OF_THE_REPOSITORY = {
    "too_few_signatures", "rolled_back", "expired", "mixed_snapshot", "altered_target", "too_long",
    "missing_file",
}  # fmt: skip
SIGNED_TWICE = "one_signature_twice"


HANDOVER = "handover"


def handed_over(folder):
    """Return what a client sees of an honest alliance before and after its key holders changed."""
    stage = maker.Stage(folder)
    alliance = stage.alliance
    current = alliance.repository.current()
    holders = [seed_of("new holder", number) for number in range(3)]
    wish = alliance.founding(holders=tuple(map(public_half, holders)))
    root, changes = secretariat_changed(current, wish, at=alliance.at)
    proposal = propose("secretariat", current, changes, at=alliance.at, root=root)
    alliance.publish(proposal, by=[*alliance.holders[:2], *holders[:2]])
    stage.look()
    return {"first_root": stage.first_root, "looks": stage.steps, "names": NAMES}


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("npm")
    missing = npm.install(folder, PACKAGE)
    if missing:
        pytest.skip(missing)
    given = {HANDOVER: handed_over(tmp_path_factory.mktemp("handover"))}
    for path in sorted(maker.FOLDER.glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        given[path.stem] = vector["given"] | {"names": NAMES}
    found = npm.run(folder, SCRIPT, given)
    return {name: (len(given[name]["looks"]), found[name]) for name in given}


def test_tuf_js_takes_what_is_honest_and_refuses_what_was_tampered_with(followed):
    looks, found = followed.pop(HANDOVER)
    assert found == {"taken": looks, "refused": None}
    refused = 0
    for name, (looks, found) in followed.items():
        error = json.loads((maker.FOLDER / f"{name}.json").read_text())["expected_error"]
        is_ours_alone = error not in OF_THE_REPOSITORY and name != SIGNED_TWICE
        assert found["taken"] == (looks if is_ours_alone else looks - 1), (name, found)
        refused += not is_ours_alone
    print(f"{PACKAGE}: {len(followed)} rosters followed, {refused} tampered copies refused")
    assert refused >= 15
