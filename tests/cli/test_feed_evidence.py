# SPDX-License-Identifier: Apache-2.0
"""`havn feed evidence` says what a file proves, with the keys that it rests on, or that it proves nothing."""

import json

import pytest

from havn.cli import root
from havn.cli.endings import DONE, FOUND
from havn.lib import feed
from havn.lib.encoding import b64u
from tests.unit.lib.feed_log import MemoryLog, leaves_of


@pytest.fixture
def evidence():
    log = MemoryLog()
    log.append(leaves_of("a", 300))
    mirror = log.follower()
    mirror.state = mirror.take_checkpoint(log.signed(), at=log.at)
    return mirror.withheld()


def test_a_file_that_proves_something_is_told_with_its_keys(tmp_path, capsys, evidence):  # F41
    file = tmp_path / "gap.json"
    file.write_bytes(feed.evidence_bytes(evidence))
    assert root.run(["feed", "evidence", str(file), "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["origin"]) == ("gap", evidence.origin)
    assert told["log_keys"] == [b64u(key) for key in evidence.log_keys]
    assert told["roster"] == evidence.roster


def test_a_file_that_proves_nothing_says_so(tmp_path, capsys, evidence):  # F41
    file = tmp_path / "gap.json"
    file.write_bytes(feed.evidence_bytes(evidence) + b"\n")
    assert root.run(["feed", "evidence", str(file)]) == FOUND
    assert "proves nothing" in capsys.readouterr().err
