# SPDX-License-Identifier: Apache-2.0
"""Further pairs of keys from the command: made, described again, placed, checked, backed up and restored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from havn.lib.encoding import b64u
from havn.lib.keyring import PUBLIC_HALVES, Keyring, key_name
from tests.cli.test_commands import INIT, havn
from tests.support.empty_tables import place_tables

pytestmark = pytest.mark.sqlite_only  # these make nodes of their own, on SQLite
BASE = ("--base", "https://node.example", "--language", "da")
FILES = {
    "exchange": "exchange-key",
    "signing": "node-signing-key",
    "log": "log-checkpoint-key",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "node"
    place_tables({"HAVN_DATA": str(folder)})
    done = havn(*INIT, "--backup-key", str(folder / "backup.key"), folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def node(made: Path, tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "node"
    shutil.copytree(made, folder)
    yield folder
    shutil.rmtree(folder)


def described(folder: Path, *options: str) -> dict[str, str]:
    """Return the public keys that the description names."""
    done = havn("node", "keys", *BASE, *options, folder=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)["keys"]
    return found


def further(folder: Path) -> set[str]:
    """Return the names of the further keys in a folder."""
    names = Keyring(folder).names_present()
    return {name for name in names if (parsed := key_name(name)) and parsed.digest}


def test_new_keys_lie_beside_the_old_ones_and_are_described_until_others_are_made(
    node: Path,
) -> None:
    before = described(node)
    keyring = Keyring(node / "keys")
    assert before == {use: b64u(keyring.read(f"{name}.pub")) for use, name in FILES.items()}
    changed = described(node, "--new", "exchange", "--new", "log", "--new", "log")
    assert {use for use in FILES if changed[use] != before[use]} == {"exchange", "log"}
    assert described(node) == changed, "a lost description is printed again"
    for use in ("exchange", "log"):
        publics = [b64u(each) for each in keyring.publics(FILES[use])]
        assert publics == [before[use], changed[use]]
    assert len(keyring.publics("node-signing-key")) == 1


def test_what_is_wrong_with_the_description_is_said_before_a_key_is_made(
    node: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.json"
    there.write_text("{}")
    for options in (("--base", "nowhere"), (*BASE, "--to", str(there))):
        done = havn("node", "keys", *options, "--new", "log", folder=node)
        assert done.returncode != 0
    assert further(node / "keys") == set()
    assert there.read_text() == "{}"


def test_the_help_says_how_a_lost_description_comes_back(node: Path) -> None:
    said = " ".join(havn("node", "keys", "--help", folder=node).stdout.split())
    assert "without --new: it names the same keys again" in said


def test_status_says_which_own_keys_the_roster_has_and_whether_they_are_here(node: Path) -> None:
    described(node, "--new", "signing")
    done = havn("node", "status", "--json", folder=node)
    lines = [each for each in json.loads(done.stdout)["keys"] if each["use"] == "signing"]
    assert [(each["since"], each["is_held"], each["is_revoked"]) for each in lines] == [
        (None, True, False)
    ] * 2
    assert "in no roster yet" in havn("node", "status", folder=node).stdout


@pytest.mark.parametrize(
    ("audience", "uses", "is_private"),
    [("desk", ["node-signing-key"], False), ("node", ["node-signing-key"], True)],
)
def test_all_pairs_that_a_process_needs_are_placed_and_no_others(
    node: Path,
    tmp_path: Path,
    audience: str,
    uses: list[str],
    is_private: bool,
) -> None:
    folder = tmp_path / audience
    assert havn("keys", "place", audience, str(folder), folder=node).returncode == 0
    described(node, *(word for use in FILES for word in ("--new", use)))
    done = havn("keys", "place", audience, str(folder), folder=node)
    assert done.returncode == 0, done.stderr
    wanted = {PUBLIC_HALVES[name] for name in uses} | (set(uses) if is_private else set())
    parsed = [key_name(name) for name in further(folder)]
    assert {each.plain for each in parsed if each} == wanted
    for name in further(folder):
        assert (folder / name).read_bytes() == (node / "keys" / name).read_bytes()
        mode = 0o644 if name.endswith(".pub") else 0o600
        assert (folder / name).stat().st_mode & 0o777 == mode
    assert havn("keys", "place", audience, str(folder), folder=node).returncode == 0


def test_a_further_key_that_a_process_does_not_need_fails_doctor(
    node: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "desk"
    assert havn("keys", "place", "desk", str(folder), folder=node).returncode == 0
    described(node, "--new", "signing")
    for name in further(node / "keys"):
        shutil.copy(node / "keys" / name, folder / name)
    done = havn("doctor", "--audience", "desk", folder=node, HAVN_KEYS=str(folder))
    (private,) = [name for name in further(folder) if not name.endswith(".pub")]
    assert f"can read {private}" in "".join((done.stdout + done.stderr).split("\n"))


def test_a_further_key_that_is_loose_is_found_by_doctor(node: Path) -> None:
    described(node, "--new", "log")
    (private,) = [name for name in further(node / "keys") if not name.endswith(".pub")]
    (node / "keys" / private).chmod(0o644)
    done = havn("doctor", folder=node)
    assert "instead of 0600" in done.stdout + done.stderr


def test_all_pairs_come_back_from_a_backup_with_keys(node: Path, tmp_path: Path) -> None:
    described(node, *(word for use in FILES for word in ("--new", use)))
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), "--with-keys", folder=node).returncode == 0
    done = havn("restore", str(backup), "--key", str(node / "backup.key"), "--json", folder=back)
    assert done.returncode == 0, done.stderr
    assert len(further(back / "keys")) == 6
    before, after = Keyring(node / "keys"), Keyring(back / "keys")
    for name in FILES.values():
        assert after.publics(name) == before.publics(name)
        for public in before.publics(name):
            assert after.private_of(name, public) == before.private_of(name, public)


def test_another_key_under_the_name_of_a_further_one_stops_a_restore(
    node: Path, tmp_path: Path
) -> None:
    described(node, "--new", "log")
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), "--with-keys", folder=node).returncode == 0
    (back / "keys").mkdir(parents=True)
    name = min(further(node / "keys"))
    (back / "keys" / name).write_text("another")
    done = havn("restore", str(backup), "--key", str(node / "backup.key"), folder=back)
    assert done.returncode == 2
    assert "another key" in done.stderr
    assert not (back / "node.json").exists()
