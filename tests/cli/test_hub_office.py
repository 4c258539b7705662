# SPDX-License-Identifier: Apache-2.0
"""A hub made by an earlier release becomes a node, and office keys are registered from the command line."""

import json

import pytest

from havn.lib.signing import key_id
from tests.support import roster as made_up
from tests.support.hub import office_key, public_half
from tests.support.node import NodeError, RunningNode, node_environment

pytestmark = pytest.mark.sqlite_only
ADOPT = """
import json
from havn.cli import start
start.prepare()
from havn.domain.actor import Actor
from havn.domain.members import services
from havn.domain.members.rules import parse_roster
from havn.lib.clock import now
from tests.support import roster as made_up
files = made_up.files_of(made_up.participant("FI", nodes=[]))
services.adopt_roster(roster=parse_roster(files, mark=made_up.mark(expires_at=made_up.FAR)), actor=Actor.operator(), at=now())
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    found = RunningNode(
        folder=folder, port=0, environment=node_environment(folder, HAVN_ROLE="hub")
    )
    found.run("init")
    return found


def node_of_its_own(hub):
    return hub.run(
        "hub", "own-node", "--member", "havnsec", "--member-name", "Secretariat",
        "--organisation", "Secretariat", "--contact", "office@hub.example", "--url", "https://hub.example",
        "--person", "secretariat=ada@hub.example", "--json",
    )  # fmt: skip


def test_a_hub_without_a_node_gets_one_once(hub):
    said = json.loads(node_of_its_own(hub))
    assert (said["member"], said["people"][0]["roles"]) == ("HAVNSEC", ["secretariat"])
    described = json.loads(hub.run("node", "keys", "--base", "https://hub.example"))
    assert described["participant"]["code"] == "HAVNSEC"
    assert described["organisation"]["kind"] == "international"
    with pytest.raises(NodeError, match="has a node of its own already"):
        node_of_its_own(hub)


def test_a_key_is_registered_listed_and_ended(hub, tmp_path):
    from havn.domain.members.clients import public_line

    file = tmp_path / "justice.key.pub"
    file.write_text(public_line(public_half(office_key())))
    arguments = ("hub", "office-key", "add", "fi", str(file), "--office", "Ministry")
    with pytest.raises(NodeError, match="takes part in no alliance here"):
        hub.run(*arguments)
    hub._python("-c", ADOPT, seconds=60)
    name = json.loads(hub.run(*arguments, "--json"))["key"]
    assert name == key_id(public_half(office_key()))
    with pytest.raises(NodeError, match="registered already"):
        hub.run(*arguments)
    assert json.loads(hub.run("hub", "office-key", "end", name, "--json"))["ended"]
    [line] = json.loads(hub.run("hub", "office-key", "list", "--json"))["keys"]
    assert (line["member"], line["office"]) == (
        made_up.participant("FI")["participant"]["code"],
        "Ministry",
    )
    assert line["until"]


def test_a_file_that_is_no_key_gets_a_sentence(hub, tmp_path):
    file = tmp_path / "justice.key.pub"
    file.write_text("not a key\n")
    with pytest.raises(NodeError, match="is no public key"):
        hub.run("hub", "office-key", "add", "FI", str(file), "--office", "Ministry")


def test_on_a_node_there_is_no_hub_to_look_after(tmp_path):
    node = RunningNode(folder=tmp_path, port=0, environment=node_environment(tmp_path))
    with pytest.raises(NodeError, match="HAVN_ROLE=hub"):
        node.run("hub", "office-key", "list")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [(("--member", "DK"), "short name"), (("--member", "HAVNSEC", "--person", "king=a@b.example"), "ROLE=EMAIL")],
)  # fmt: skip
def test_init_of_a_hub_says_what_is_wrong(tmp_path, more, sentence):
    hub = RunningNode(
        folder=tmp_path, port=0, environment=node_environment(tmp_path, HAVN_ROLE="hub")
    )
    with pytest.raises(NodeError, match=sentence):
        hub.run(
            "init", "--member-name", "S", "--organisation", "S", "--contact", "a@b.example",
            "--url", "https://hub.example", *more,
        )  # fmt: skip
