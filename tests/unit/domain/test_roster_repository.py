# SPDX-License-Identifier: Apache-2.0
"""The hub's repository: a proposal is in force with everything that belongs to it, or nothing of it is there."""

from datetime import timedelta
from pathlib import Path

import pytest

from havn.domain.members.clients import Proposal, policy, propose
from havn.domain.members.rules import ALLIANCE_FILE, RosterError, RosterFault
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance, refused

FULL = Path("/dev/full")


@pytest.fixture
def alliance(tmp_path):
    found = MadeUpAlliance(tmp_path / "hub")
    found.say(made_up.participant("DK"))
    return found


def renewed(alliance):
    """Return a signed proposal that brings a root, targets and a file."""
    current = alliance.repository.current()
    later = alliance.at + timedelta(days=300)
    found = propose("policy", current, policy(current, beat_seconds=900), at=later)
    for private in alliance.holders[:2]:
        found.sign(private)
    assert found.root is not None
    return Proposal.from_bytes(found.to_bytes())


def publish(alliance, proposal, **more):
    alliance.repository.publish(
        proposal, online=alliance.online, at=alliance.at, allow_insecure=False, **more
    )


def kept(alliance):
    folder = alliance.repository.folder
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def drafts_of(alliance, proposal):
    """Return where each file of the proposal is written first."""
    repository, version = alliance.repository, proposal.targets.signed.version
    digest = proposal.targets.signed.targets[ALLIANCE_FILE].hashes["sha256"]
    return [
        repository.targets / f".{digest}.{ALLIANCE_FILE}.draft",
        repository.metadata / f".{proposal.root.signed.version}.root.json.draft",
        repository.metadata / f".{version}.targets.json.draft",
        repository.metadata / ".timestamp.json.draft",
    ]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("number", range(4), ids=["file", "root", "targets", "timestamp"])
def test_a_disk_that_is_full_leaves_the_roster_as_it_was_and_it_can_be_published_later(
    alliance, tmp_path, number
):  # R51
    proposal, before = renewed(alliance), kept(alliance)
    drafts_of(alliance, proposal)[number].symlink_to(FULL)
    with pytest.raises(OSError, match="No space left"):
        publish(alliance, proposal)
    assert kept(alliance) == before
    publish(alliance, proposal)
    found = alliance.client(tmp_path / "node").read()
    assert (found.mark.root_version, found.alliance.beat_seconds) == (2, 900)


def test_what_a_stopped_machine_published_by_half_is_published_by_the_same_proposal(
    alliance, tmp_path
):  # R51
    proposal = renewed(alliance)
    root = alliance.repository.metadata / "2.root.json"
    root.write_bytes(proposal.root.to_bytes())
    client = alliance.client(tmp_path / "node")
    assert client.read().alliance.beat_seconds == 300
    publish(alliance, proposal)
    assert client.read().alliance.beat_seconds == 900
    refused(lambda: publish(alliance, proposal), "stale_proposal")


def test_what_the_hub_itself_would_not_take_over_is_not_published(alliance):
    proposal, before = renewed(alliance), kept(alliance)

    def judge(roster):
        assert roster.alliance.beat_seconds == 900
        assert [each.code for each in roster.participants] == ["DK"]
        raise RosterError(RosterFault.KEY_OF_ANOTHER_NODE, "A key changes hands.")

    refused(lambda: publish(alliance, proposal, judge=judge), "key_of_another_node")
    assert kept(alliance) == before
