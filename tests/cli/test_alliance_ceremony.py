# SPDX-License-Identifier: Apache-2.0
"""The ceremony as people do it: commands on three machines, a hub that publishes, a node that joins and is admitted."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from havn.cli.endings import COULD_NOT
from havn.cli.root import run
from tests.architecture.source import ROOT
from tests.support.node import NodeError, RunningNode, new_node, node_environment

pytestmark = pytest.mark.sqlite_only
# Havn on a key holder's machine: Django is not even installed there.
WITHOUT_DJANGO = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "granian", "allauth"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
from havn.cli.root import run
sys.exit(run())
"""


class Desk:
    """A key holder's or office holder's own machine: a folder, and Havn without a node."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        (folder / "passphrase").write_text("a made-up passphrase\n")

    def run(self, *arguments, ok=True):
        """Run `havn alliance ...` here and return what was printed."""
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))
        }
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_DJANGO, "alliance", *map(str, arguments)],
            cwd=self.folder,
            env={**environment, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stdout if ok else done.stderr

    def make_key(self):
        """Make the key that this person signs with."""
        self.run("holder-key", "own.key", "--passphrase-file", "passphrase")
        return self.folder / "own.key.pub"

    def sign(self, proposal, *, ok=True):
        """Sign a copy of a proposal, and return it."""
        copy = self.folder / proposal.name
        said = self.run(
            "sign",
            proposal,
            "--key",
            "own.key",
            "--passphrase-file",
            "passphrase",
            "--to",
            copy,
            ok=ok,
        )
        return copy if ok else said


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A founded alliance with one node that has joined, made once for this module."""
    top = tmp_path_factory.mktemp("alliance")
    environment = node_environment(top / "hub", HAVN_ROLE="hub")
    hub = RunningNode(folder=top / "hub", port=0, environment=environment)
    hub.run("init")
    desks = [Desk(top / f"holder-{number}") for number in range(3)]
    keys = [desk.make_key() for desk in desks]
    founding = top / "founding.proposal"
    holders = [part for key in keys for part in ("--holder", str(key))]
    hub.run(
        "alliance", "init", "--name", "Alliance", "--secretariat", "Secretariat", *holders,
        "--threshold", "2", "--to", str(founding),
    )  # fmt: skip
    with pytest.raises(NodeError, match=r"2 more of .* must sign"):
        hub.run("alliance", "publish", str(founding))
    one = desks[0].sign(founding)
    with pytest.raises(NodeError, match=r"1 more of .* must sign"):
        hub.run("alliance", "publish", str(one), str(founding))
    hub.run("alliance", "publish", str(one), str(desks[2].sign(founding)))
    node = new_node(top / "node")
    return top, hub, desks, node


def joined(hub, node):
    root = hub.folder / "alliance/metadata/1.root.json"
    said = node.run(
        "node", "join", "--root", str(root), "--hub", str(hub.folder / "alliance"), "--json"
    )
    return json.loads(said)


def refused_with(node, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "havn", *arguments],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_node_is_admitted_key_by_key_and_follows_by_itself(world):
    top, hub, desks, node = world
    said, before = joined(hub, node), json.loads(hub.run("alliance", "status", "--json"))
    assert (said["threshold"], said["error"]) == (2, "")
    first = said["version"]  # not the first of all, where another test was there before
    code, out, _ = refused_with(node, "node", "status", "--json")
    assert (code, json.loads(out)["state"]) == (0, "unlisted")

    description, act, proposal = top / "node.json", top / "dk.act", top / "admit.proposal"
    node.run(
        "node",
        "keys",
        "--base",
        "https://dk.example",
        "--language",
        "da",
        "--to",
        str(description),
    )
    arguments = (
        "alliance",
        "propose",
        "admit",
        str(description),
        "--role",
        "hotline",
        "--to",
        str(proposal),
    )
    code, _, sentence = refused_with(hub, *arguments)
    assert (code, "bad_accession" in sentence) == (1, True)
    for number, office in enumerate(("Minister of Justice", "Commissioner")):
        desks[number].run(
            "accede", act, "--key", "own.key", "--passphrase-file", "passphrase", "--office", office,
            "--code", "DK", "--name", "Denmark", "--reference", "Letter 17", "--on", "2026-01-31",
        )  # fmt: skip
    hub.run(*arguments, "--accession", str(act))
    shown = desks[0].run("show", proposal, "--root", hub.folder / "alliance/metadata/1.root.json")
    assert "signed by Minister of Justice and Commissioner" in shown
    assert "https://dk.example" in shown
    copies = [str(desk.sign(proposal)) for desk in desks[1:]]
    hub.run("alliance", "publish", *copies)
    said = joined(hub, node)
    assert said["version"] == first + 1
    code, out, _ = refused_with(node, "node", "status", "--json")
    assert (code, json.loads(out)["state"], json.loads(out)["is_usable"]) == (0, "active", True)
    status = json.loads(hub.run("alliance", "status", "--json"))
    assert status["participants"] == before["participants"] + 1
    assert (status["threshold"], len(status["holders"])) == (2, 3)
    # The same copies again: the roster has moved on meanwhile.
    code, _, sentence = refused_with(hub, "alliance", "publish", *copies)
    assert (code, "stale_proposal" in sentence) == (1, True)


def test_countries_without_a_node_are_admitted_by_their_acts(world, tmp_path):
    _top, hub, desks, _node = world
    acts = []
    for code, name in (("SE", "Sweden"), ("FI", "Finland")):
        acts.append(tmp_path / f"{code}.act")
        for number, office in enumerate(("Minister of Justice", "Commissioner")):
            desks[number].run(
                "accede", acts[-1], "--key", "own.key", "--passphrase-file", "passphrase", "--office", office,
                "--code", code, "--name", name, "--reference", "Letter 18", "--on", "2026-02-01",
            )  # fmt: skip
    proposal = tmp_path / "countries.proposal"
    files = [str(each) for each in acts]
    hub.run("alliance", "propose", "countries", *files, "--to", str(proposal))
    shown = desks[0].run("show", proposal)
    assert "Sweden" in shown
    assert "signed by Minister of Justice and Commissioner" in shown
    hub.run("alliance", "publish", *(str(desk.sign(proposal)) for desk in desks[1:]))
    code, _, sentence = refused_with(
        hub, "alliance", "propose", "countries", *files, "--to", str(tmp_path / "again")
    )
    assert (code, "takes part already" in sentence) == (1, True)


def test_a_wrong_passphrase_and_a_stranger_sign_nothing(world, tmp_path):
    top, hub, desks, _node = world
    proposal = tmp_path / "beat.proposal"
    hub.run("alliance", "propose", "policy", "--beat-seconds", "60", "--to", str(proposal))
    stranger = Desk(tmp_path / "stranger")
    stranger.make_key()
    assert "not_a_holder" in stranger.sign(proposal, ok=False)
    (tmp_path / "wrong").write_text("another passphrase\n")
    said = desks[0].run(
        "sign", proposal, "--key", "own.key", "--passphrase-file", tmp_path / "wrong", ok=False
    )
    assert "bad_key_file" in said
    assert "havn alliance holder-key" not in said


def test_a_key_is_never_written_over_and_a_short_passphrase_is_refused(tmp_path):
    desk = Desk(tmp_path / "desk")
    desk.make_key()
    assert "exists already" in desk.run(
        "holder-key", "own.key", "--passphrase-file", "passphrase", ok=False
    )
    (desk.folder / "short").write_text("short\n")
    assert "12 characters" in desk.run(
        "holder-key", "b.key", "--passphrase-file", "short", ok=False
    )
    assert (desk.folder / "own.key").stat().st_mode & 0o077 == 0
    assert "ENCRYPTED" in (desk.folder / "own.key").read_text()


def test_a_node_founds_no_alliance_and_joins_no_second_one(world, tmp_path):
    _top, hub, desks, node = world
    arguments = ("init", "--name", "x", "--secretariat", "x", "--holder", str(desks[0].folder / "own.key.pub"),
        "--threshold", "1", "--to", str(tmp_path / "x"))  # fmt: skip
    code, _, sentence = refused_with(node, "alliance", *arguments)
    assert (code, "HAVN_ROLE=hub" in sentence) == (2, True)
    joined(hub, node)
    root = json.loads((hub.folder / "alliance/metadata/1.root.json").read_text())
    root["signed"]["version"] = 2
    other = tmp_path / "root.json"
    other.write_text(json.dumps(root))
    code, _, sentence = refused_with(
        node, "node", "join", "--root", str(other), "--hub", str(tmp_path)
    )
    assert (code, "wrong_root" in sentence) == (1, True)
    code, _, sentence = refused_with(
        node, "node", "join", "--root", str(other), "--hub", "ftp://x"
    )
    assert code == 2


def test_a_file_that_is_not_there_or_no_text_is_a_sentence(world, tmp_path):
    _top, hub, desks, _node = world
    code, _, sentence = refused_with(
        hub,
        "alliance",
        "propose",
        "policy",
        "--beat-seconds",
        "77",
        "--to",
        str(tmp_path / "no/x"),
    )
    assert (code, str(tmp_path / "no/x") in sentence, "Traceback" in sentence) == (2, True, False)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    said = desks[0].run("holder-key", "new.key", "--passphrase-file", tmp_path / "bytes", ok=False)
    assert "does not hold text" in said


@pytest.mark.parametrize(
    ("instant", "sentence"),
    [
        ("2999-01-01T00:00", "has not come yet. Keys are taken back from now on, or from before."),
        ("last week", "is no day and no instant. Write it like 2027-03-01 or 2027-03-01T12:00."),
    ],
)
def test_keys_are_taken_back_from_an_instant_that_was(tmp_path, capsys, instant, sentence):
    description = tmp_path / "node.json"
    description.write_text("{}")
    arguments = ["alliance", "propose", "rotate", str(description), "--to", str(tmp_path / "new")]
    assert run([*arguments, "--revoke-from", instant]) == COULD_NOT
    assert sentence in capsys.readouterr().err
