# SPDX-License-Identifier: Apache-2.0
"""Publishing at a hub that something is wrong with: all of it or nothing, and it is said which."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from havn.domain.members.clients import Proposal, public_line
from tests.architecture.source import ROOT
from tests.support.alliance import public_half
from tests.support.node import RunningNode, node_environment
from tests.support.roster import seed_of

pytestmark = pytest.mark.sqlite_only
HOLDER = seed_of("the one holder")


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with an alliance of one key holder, made once for this module."""
    top = tmp_path_factory.mktemp("publish")
    environment = node_environment(top / "hub", HAVN_ROLE="hub")
    found = RunningNode(folder=top / "hub", port=0, environment=environment)
    found.run("init")
    (top / "a.pub").write_text(public_line(public_half(HOLDER)))
    found.run(
        "alliance", "init", "--name", "Alliance", "--secretariat", "Secretariat",
        "--holder", str(top / "a.pub"), "--threshold", "1", "--to", str(top / "founding"),
    )  # fmt: skip
    found.run("alliance", "publish", signed(top / "founding"))
    return found


def signed(file):
    """Sign a proposal where it lies, and return its name."""
    proposal = Proposal.from_bytes(file.read_bytes())
    proposal.sign(HOLDER)
    file.write_bytes(proposal.to_bytes())
    return str(file)


def change_of_beat(hub, folder, seconds):
    """Return the file of a signed proposal to publish more or less often."""
    file = folder / "beat.proposal"
    hub.run("alliance", "propose", "policy", "--beat-seconds", str(seconds), "--to", str(file))
    return signed(file)


def version_at(hub):
    return json.loads(hub.run("alliance", "status", "--json"))["targets"]


def ended(hub, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "havn", "alliance", *arguments],
        cwd=ROOT, env=hub.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_hub_whose_disk_is_full_says_so_and_publishes_nothing_by_half(hub, tmp_path):
    copy, before = change_of_beat(hub, tmp_path, 500), version_at(hub)
    draft = hub.folder / "alliance/metadata/.timestamp.json.draft"
    draft.symlink_to("/dev/full")
    code, out, sentence = ended(hub, "publish", copy)
    assert (code, out, "disk is full" in sentence) == (2, "", True)
    assert "Traceback" not in sentence
    assert version_at(hub) == before
    hub.run("alliance", "publish", copy)
    assert version_at(hub) == before + 1


def test_a_hub_that_cannot_read_back_what_it_published_says_both(hub, tmp_path):
    copy, before = change_of_beat(hub, tmp_path, 400), version_at(hub)
    own, aside = hub.folder / "roster", tmp_path / "aside"
    own.rename(aside)
    own.write_text("in the way")
    try:
        code, out, sentence = ended(hub, "publish", copy)
    finally:
        own.unlink()
        aside.rename(own)
    assert (code, out) == (1, "")
    assert f"version {before + 1} now" in sentence
    assert str(own) in sentence
    assert version_at(hub) == before + 1


def test_a_hub_that_does_not_take_over_what_it_published_says_why(hub, tmp_path):
    copy, before = change_of_beat(hub, tmp_path, 450), version_at(hub)
    with closing(sqlite3.connect(hub.folder / "havn.sqlite3")) as database, database:
        # As if the hub had seen a newer roster than it holds now: R16.
        database.execute(
            "UPDATE members_rosterstate SET timestamp_version = timestamp_version * 2"
        )
    try:
        code, out, sentence = ended(hub, "publish", copy)
    finally:
        with closing(sqlite3.connect(hub.folder / "havn.sqlite3")) as database, database:
            database.execute(
                "UPDATE members_rosterstate SET timestamp_version = timestamp_version / 2"
            )
    assert (code, sentence) == (1, "")
    assert f"version {before + 1} now" in out
    assert ": rolled_back. Its worker tries again" in out
