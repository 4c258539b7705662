# SPDX-License-Identifier: Apache-2.0
"""Every attack of tests/vectors/roster is refused with its own error, and the client stays where it was."""

import json

import pytest

from havn.domain.members.clients import FolderFetcher, TufRoster
from havn.domain.members.rules import RosterError
from tests.vectors import make_roster_vectors as maker

VECTORS = {path.stem: path for path in sorted(maker.FOLDER.glob("*.json"))}


def serve(folder, files):
    """Let a folder hold exactly these files."""
    for path in sorted(folder.rglob("*.json")):
        path.unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", VECTORS)
def test_the_attack_is_refused(tmp_path, name):  # R1 R2 R3 R4 R5 R6 R8 R9 R13 R17 and R20 to R29
    vector = json.loads(VECTORS[name].read_text(encoding="utf-8"))
    hub = tmp_path / "hub"
    hub.mkdir()
    first_root = vector["given"]["first_root"].encode()
    client = TufRoster(tmp_path / "node", first_root=first_root, fetcher=FolderFetcher(hub))
    *honest, last = vector["given"]["looks"]
    for files in honest:
        serve(hub, files)
        before = client.read()
    serve(hub, last)
    with pytest.raises(RosterError) as refused:
        client.read()
    assert refused.value.code == vector["expected_error"]
    # What was honest is still believed, unless the client has learned meanwhile that it is old.
    assert before.participants[0].code == "DK"


def test_the_files_are_those_that_the_script_makes():
    made = maker.made()
    kept = {path.name: path.read_text(encoding="utf-8") for path in VECTORS.values()}
    assert made.keys() == kept.keys()
    assert [name for name in made if made[name] != kept[name]] == []


def test_a_root_of_another_alliance_is_followed_nowhere(tmp_path):  # R1
    vector = json.loads(next(iter(VECTORS.values())).read_text(encoding="utf-8"))
    hub = tmp_path / "hub"
    hub.mkdir()
    serve(hub, vector["given"]["looks"][0])
    client = TufRoster(tmp_path / "node", first_root=b"{}", fetcher=FolderFetcher(hub))
    with pytest.raises(RosterError) as refused:
        client.read()
    assert refused.value.code == "wrong_root"
