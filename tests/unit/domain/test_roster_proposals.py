# SPDX-License-Identifier: Apache-2.0
"""What a proposal carries: every root and file in it is read before anybody is asked to sign."""

import copy
import functools
import json
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tuf.api.metadata import TargetFile

from havn.domain.members.clients import Proposal, changes_in_words, replaced
from havn.domain.members.clients._holders import signer_of
from havn.domain.members.rules import RosterError
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance, act, refused, renewal


@pytest.fixture
def alliance(tmp_path):
    return MadeUpAlliance(tmp_path / "hub")


@pytest.mark.parametrize("place", ["base", "next"])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"v": 2}', "unknown_version"),
        (json.dumps(made_up.participant("SE")).encode(), "wrong_name"),
        (json.dumps(made_up.participant("DK", **{"\x1b[2J": 1})).encode(), "unknown_field"),
        (json.dumps(made_up.participant("DK", accession={"v": 1})).encode(), "bad_value"),
        (json.dumps(made_up.participant("DK", accession=act("SE"))).encode(), "bad_accession"),
    ],
    ids=["no-json", "no-object", "version", "name", "field", "act", "act-of-another"],
)
def test_a_proposal_with_a_file_that_no_node_would_read_cannot_be_opened(
    alliance, place, content, code
):  # R51
    proposal = renewal(alliance)
    side = proposal.base if place == "base" else proposal
    side.files["participants/DK.json"] = content
    entry = TargetFile.from_data("participants/DK.json", content, ["sha256"])
    side.targets.signed.targets["participants/DK.json"] = entry
    for number, private in enumerate(alliance.holders):
        side.targets.sign(signer_of(private), append=number > 0)
    sentence = refused(lambda: Proposal.from_bytes(proposal.to_bytes()), code)
    assert sentence.isprintable()


ODD = [None, True, 0, -1, 1.5, 2**70, "", "x", "\x1b[2J", [], [[]], {}, {"v": 1}]


def places(value, place=()):
    """Yield the way to every value inside a value."""
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in rows:
        yield (*place, name)
        if isinstance(inner, dict | list):
            yield from places(inner, (*place, name))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return json.loads(renewal(MadeUpAlliance(tmp_path_factory.mktemp("whole") / "hub")).to_bytes())


@given(st.data())
def test_whatever_stands_in_a_proposal_is_shown_or_refused(whole, data):  # R50 R51
    value = copy.deepcopy(whole)
    *way, last = data.draw(st.sampled_from(sorted(places(value), key=str)))
    inner = functools.reduce(operator.getitem, way, value)
    inner[last] = data.draw(st.sampled_from(ODD))
    try:
        proposal = Proposal.from_bytes(json.dumps(value).encode())
        lines = [*changes_in_words(proposal), str(proposal.standings()), proposal.kind]
    except RosterError as error:
        lines = [str(error)]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"v": 1, "v": 1}', "unreadable"),
        (b'{"participant": []}', "unknown_version"),
        (b'{"v": 1, "participant": []}', "bad_value"),
        (b'{"v": 1, "participant": {"code": ["DK"]}}', "bad_value"),
        (b'{"v": 1, "participant": {"code": "../DK"}}', "bad_value"),
        (json.dumps(made_up.participant("DK", colour="blue")).encode(), "unknown_field"),
        (json.dumps(made_up.participant("DK", nodes={})).encode(), "bad_value"),
        (json.dumps(made_up.participant("DK", accession=act("SE"))).encode(), "bad_accession"),
    ],
    ids=[
        "nothing", "list", "twice", "no-version", "no-object", "code-list", "code-path", "field",
        "nodes", "act-of-another",
    ],
)  # fmt: skip
def test_a_file_that_somebody_edited_wrongly_by_hand_is_not_proposed(content, code):  # R20
    refused(lambda: replaced(content), code)
