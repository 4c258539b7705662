# SPDX-License-Identifier: Apache-2.0
"""The command from outside: what it prints, how it ends, and what it refuses."""

import json
import os
import pwd
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from havn.cli.root import COMMANDS
from tests.support.empty_tables import place_tables

ROOT = Path(__file__).resolve().parent.parent.parent
INIT = (
    "init", "--member", "DK", "--member-name", "Denmark", "--organisation", "A hotline",
    "--contact", "desk@example.org", "--url", "https://report.example.org",
    "--person", "operator=ada@example.org", "--person", "analyst=bo@example.org",
)  # fmt: skip
pytestmark = pytest.mark.sqlite_only  # these make nodes of their own, on SQLite


def havn(*arguments, folder, **more):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    environment |= {"HAVN_DATA": str(folder), "PYTHONPATH": str(ROOT / "src"), **more}
    return subprocess.run(
        [sys.executable, "-m", "havn", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "node"
    done = havn(*INIT, "--backup-key", str(folder / "backup.key"), folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def copy(node, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(node, folder)
    return folder


def test_help_loads_neither_django_nor_rich():
    code = (
        "import sys; from havn.cli.root import run; run(['--help']);"
        "assert not {'django', 'rich', 'granian'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(line in done.stdout for _, line in COMMANDS.values())


def leaves(command, name):
    if hasattr(command, "commands"):
        for inner, each in command.commands.items():
            yield from leaves(each, f"{name} {inner}")
    yield name, command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example(name):
    from havn.cli.root import group

    for each, command in leaves(group.get_command(None, name), name):
        assert "Example: " in (command.help or ""), each


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "demo"])
def test_every_command_says_its_exit_codes(name):
    from havn.cli.root import group

    assert "Exit codes:" in (group.get_command(None, name).epilog or "")


def test_every_command_stands_in_the_page_of_commands():
    page = (ROOT / "docs/operations/commands.md").read_text()
    assert [name for name in COMMANDS if f"`havn {name}" not in page] == []


def test_init_closes_folders_and_keys_to_others(node):
    assert (node.stat().st_mode & 0o777, (node / "keys").stat().st_mode & 0o777) == (0o700, 0o700)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (node / "keys").iterdir()}
    assert {mode for name, mode in modes.items() if not name.endswith(".pub")} == {0o600}


def test_every_file_of_a_node_is_for_its_owner_alone(copy):
    assert havn("worker", "--until-idle", folder=copy).returncode == 0
    open_to_others = {
        path.relative_to(copy).as_posix()
        for path in copy.rglob("*")
        if path.stat().st_mode & 0o077 and path.suffix != ".pub"
    }
    assert open_to_others == set()


def test_doctor_finds_a_file_that_others_may_open(copy):
    (copy / "havn.sqlite3").chmod(0o644)
    done = havn("doctor", folder=copy)
    assert done.returncode == 1
    assert "chmod 0600" in done.stdout


def test_init_refuses_a_folder_with_a_node(node):
    before = (node / "havn.sqlite3").stat().st_mtime_ns
    done = havn(*INIT, folder=node)
    assert done.returncode == 2
    assert "already" in done.stderr
    assert (node / "havn.sqlite3").stat().st_mtime_ns == before


def test_init_names_what_is_missing(tmp_path):
    done = havn("init", "--member", "DK", folder=tmp_path / "n")
    assert done.returncode == 2
    assert "--organisation" in done.stderr
    assert not (tmp_path / "n" / "keys").exists()


def test_the_private_backup_key_lies_where_told_and_not_among_the_keys(tmp_path):
    key = tmp_path / "stick" / "backup.key"
    done = havn(
        *INIT, "--backup-key", str(key), "--json",
        folder=tmp_path / "n",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(told["people"][0]["password"]) >= 12
    secret = key.read_text().split()[2]
    assert not any(secret in path.read_text() for path in (tmp_path / "n" / "keys").iterdir())


def test_an_empty_database_where_a_node_was_is_refused(copy):
    for path in copy.glob("havn.sqlite3*"):
        path.unlink()
    done = havn("serve", "--audience", "public", "--port", "18977", folder=copy)
    assert done.returncode == 2
    assert "gone or empty" in done.stderr
    assert not (copy / "havn.sqlite3").exists()


@pytest.mark.parametrize(
    ("audience", "key"),
    [
        ("public", "receipt-pepper"),
        ("public", "form-key"),
        ("desk", "desk-opening-key"),
        ("node", "node-signing-key"),
    ],
)
def test_a_server_without_a_key_it_needs_refuses_to_start(copy, audience, key):
    (copy / "keys" / key).unlink()
    address = {"HAVN_NODE_ADDRESS": "https://node.example"}
    done = havn("serve", "--audience", audience, "--port", "18978", folder=copy, **address)
    assert done.returncode == 2
    assert key in done.stderr


def test_a_server_for_other_nodes_without_its_base_address_refuses_to_start(copy):
    done = havn("serve", "--audience", "node", "--port", "18978", folder=copy)
    assert done.returncode == 2
    assert "HAVN_NODE_ADDRESS" in done.stderr


@pytest.mark.parametrize(
    "key", ["audit-anchor-key", "audit-anchor-key.pub", "node-signing-key.pub"]
)
def test_a_worker_without_a_key_it_needs_refuses_to_start(copy, key):
    (copy / "keys" / key).unlink()
    done = havn("worker", "--until-idle", folder=copy)
    assert done.returncode == 2
    assert f"The key {key} cannot be read" in done.stderr


def test_doctor_finds_nothing_wrong_with_a_new_node(node):
    done = havn("doctor", "--json", folder=node)
    assert json.loads(done.stdout)["is_sound"], done.stdout


def test_doctor_asks_for_numbers_where_those_of_the_union_may_not_be_answered(node, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    abroad = [{"DK": "US", "Denmark": "United States"}.get(word, word) for word in INIT]
    place_tables({"HAVN_DATA": str(elsewhere)})
    assert havn(*abroad, folder=elsewhere).returncode == 0
    own = {"HAVN_EMERGENCY_NUMBER": "911", "HAVN_HELPLINE": "1-800-422-4453"}
    found = [
        next(each for each in json.loads(done.stdout)["checks"] if each["check"] == "numbers")
        for done in (
            havn("doctor", "--json", folder=node),
            havn("doctor", "--json", folder=elsewhere),
            havn("doctor", "--json", folder=elsewhere, **own),
        )
    ]
    assert [each["level"] for each in found] == ["ok", "look", "ok"]
    assert "HAVN_EMERGENCY_NUMBER" in found[1]["sentence"]
    assert "911" in found[2]["sentence"]


def test_a_process_that_can_read_a_key_it_does_not_need_fails_doctor(copy, tmp_path):
    keys = tmp_path / "keys-public"
    assert havn("keys", "place", "public", str(keys), folder=copy).returncode == 0
    for path in (copy / "keys").iterdir():
        path.rename(tmp_path / path.name)
    done = havn("doctor", "--audience", "public", folder=copy, HAVN_KEYS=str(keys))
    assert done.returncode == 0, done.stdout
    shutil.copy(tmp_path / "desk-opening-key", keys)
    done = havn("doctor", "--audience", "public", folder=copy, HAVN_KEYS=str(keys))
    assert done.returncode == 1
    assert "desk-opening-key" in done.stdout


def test_a_process_that_can_read_the_keys_placed_for_another_fails_doctor(copy, tmp_path):
    own, other = tmp_path / "keys-public", tmp_path / "keys-desk"
    for name, folder in (("public", own), ("desk", other)):
        assert havn("keys", "place", name, str(folder), folder=copy).returncode == 0
    (copy / "keys").rename(tmp_path / "away")
    done = havn("doctor", "--audience", "public", folder=copy, HAVN_KEYS=str(own))
    assert done.returncode == 1
    assert f"desk-opening-key in {other}" in done.stdout
    other.rename(tmp_path / "elsewhere")
    done = havn("doctor", "--audience", "public", folder=copy, HAVN_KEYS=str(own))
    assert done.returncode == 0, done.stdout


def test_the_list_of_places_is_written_through_no_link(copy, tmp_path):
    own, somebodys = tmp_path / "keys-public", tmp_path / "somebodys"
    own.mkdir(mode=0o700)
    somebodys.write_text("theirs")
    (own / ".places.json.draft").symlink_to(somebodys)
    assert havn("keys", "place", "public", str(own), folder=copy).returncode == 0
    assert somebodys.read_text() == "theirs"
    assert json.loads((own / "places.json").read_text())["folders"] == [str(own)]


def test_the_list_of_places_holds_no_key_and_is_for_its_owner_alone(copy, tmp_path):
    own = tmp_path / "keys-public"
    assert havn("keys", "place", "public", str(own), folder=copy).returncode == 0
    for folder in (own, copy / "keys"):
        assert json.loads((folder / "places.json").read_text())["folders"] == [str(own)]
        assert (folder / "places.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_keys_that_were_given_to_another_user_are_placed_again(copy, tmp_path):
    placed, given = tmp_path / "keys-desk", pwd.getpwnam("nobody").pw_uid
    place = ("keys", "place", "desk", str(placed), "--owner", "nobody")
    assert havn(*place, folder=copy).returncode == 0
    before = {path.name: path.read_text() for path in placed.iterdir()}
    (placed / "node-signing-key.pub").unlink()
    somebodys = tmp_path / "somebodys"
    somebodys.touch()
    (placed / "link").symlink_to(somebodys)
    done = havn(*place, folder=copy)
    assert done.returncode == 0, done.stderr
    (placed / "link").unlink()
    assert {path.name: path.read_text() for path in placed.iterdir()} == before
    assert {path.stat().st_uid for path in (placed, *placed.iterdir())} == {given}
    assert somebodys.stat().st_uid == 0
    shutil.copy(copy / "keys" / "form-key", placed / "django-secret-desk")
    done = havn(*place, folder=copy)
    assert done.returncode == 2
    assert "holds another key" in done.stderr


def test_doctor_finds_a_folder_that_others_may_enter(copy):
    (copy / "anchors").chmod(0o755)
    done = havn("doctor", folder=copy)
    assert done.returncode == 1
    assert "chmod 0700" in done.stdout


def test_a_node_made_without_a_backup_key_gets_one_later(tmp_path):
    folder, key = tmp_path / "n", tmp_path / "stick" / "late.key"
    made = havn(*INIT, folder=folder)
    assert made.returncode == 0, made.stderr
    refused = havn("backup", folder=folder)
    for said in (made.stdout, havn("doctor", folder=folder).stdout, refused.stderr):
        assert "havn keys backup FILE" in said
    assert refused.returncode == 2
    assert list((folder / "backups").iterdir()) == []
    assert havn("keys", "backup", str(key), folder=folder).returncode == 0
    assert key.stat().st_mode & 0o777 == 0o600
    backup = tmp_path / "a.backup"
    assert havn("backup", str(backup), folder=folder).returncode == 0
    done = havn("restore", str(backup), "--key", str(key), folder=tmp_path / "back")
    assert done.returncode == 0, done.stderr


def test_a_second_backup_key_is_refused_and_writes_nothing(copy, tmp_path):
    before = (copy / "keys" / "backup-recipient.pub").read_text()
    done = havn("keys", "backup", str(tmp_path / "other.key"), folder=copy)
    assert done.returncode == 2
    assert "have a key already" in done.stderr
    assert not (tmp_path / "other.key").exists()
    assert (copy / "keys" / "backup-recipient.pub").read_text() == before


def test_a_backup_comes_back_whole_and_its_chain_is_sound(copy, tmp_path):
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), "--with-keys", folder=copy).returncode == 0
    done = havn(
        "restore", str(backup), "--key", str(copy / "backup.key"), "--json",
        folder=back,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["is_chain_sound"] is True
    counts = [
        sqlite3.connect(folder / "havn.sqlite3")
        .execute("select count(*) from audit_entry")
        .fetchone()
        for folder in (copy, back)
    ]
    assert counts[0] == counts[1]


def test_a_backup_holds_no_keys_unless_asked_and_opens_with_no_other_key(copy, tmp_path):
    backup = tmp_path / "a.backup"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    assert b"SQLite" not in backup.read_bytes()
    other = tmp_path / "other.key"
    other.write_text("havn-backup-key 1 " + "A" * 43 + "\n")
    done = havn("restore", str(backup), "--key", str(other), folder=tmp_path / "x")
    assert done.returncode == 2
    assert not (tmp_path / "x" / "node.json").exists()
    key = copy / "backup.key"
    done = havn("restore", str(backup), "--key", str(key), folder=tmp_path / "y")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "y" / "keys").iterdir()) == []


def test_a_truncated_backup_restores_nothing(copy, tmp_path):
    backup = tmp_path / "a.backup"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    backup.write_bytes(backup.read_bytes()[:-100])
    key = copy / "backup.key"
    done = havn("restore", str(backup), "--key", str(key), folder=tmp_path / "x")
    assert done.returncode == 2
    assert not (tmp_path / "x" / "havn.sqlite3").exists()


def test_a_plain_copy_that_a_killed_backup_left_is_found_and_removed(copy, tmp_path):
    left = copy / "backups" / ".copy-4194305.sqlite3"
    shutil.copy(copy / "havn.sqlite3", left)
    left.with_name(left.name + "-journal").touch()
    found = havn("doctor", folder=copy)
    assert found.returncode == 1
    assert left.name in found.stdout
    assert havn("backup", str(tmp_path / "a.backup"), folder=copy).returncode == 0
    assert list((copy / "backups").iterdir()) == []
    assert havn("doctor", folder=copy).returncode == 0


def test_an_interrupted_restore_is_begun_again_by_the_same_command(copy, tmp_path):
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    back.mkdir(mode=0o700)
    (back / "restoring").touch()
    for name in ("havn.sqlite3", "havn.draft"):
        (back / name).write_bytes(b"half of it")
    restore = ("restore", str(backup), "--key", str(copy / "backup.key"))
    done = havn(*restore, folder=back)
    assert done.returncode == 0, done.stderr
    assert not (back / "restoring").exists()
    assert sqlite3.connect(back / "havn.sqlite3").execute("pragma quick_check").fetchone() == (
        "ok",
    )


def test_a_database_that_no_restore_left_is_never_removed(copy, tmp_path):
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    back.mkdir(mode=0o700)
    (back / "havn.sqlite3").write_bytes(b"somebody's")
    done = havn("restore", str(backup), "--key", str(copy / "backup.key"), folder=back)
    assert done.returncode == 2
    assert "another HAVN_DATA" in done.stderr
    assert (back / "havn.sqlite3").read_bytes() == b"somebody's"


def test_restore_never_overwrites_a_node(copy, tmp_path):
    backup = tmp_path / "a.backup"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    key = copy / "backup.key"
    assert havn("restore", str(backup), "--key", str(key), folder=copy).returncode == 2


@pytest.mark.parametrize(
    ("name", "advice"),
    [("anchors/heads.jsonl", "keep it"), ("keys/receipt-pepper", "Move it away")],
)
def test_restore_overwrites_no_heads_and_no_keys(copy, tmp_path, name, advice):
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), "--with-keys", folder=copy).returncode == 0
    (back / name).parent.mkdir(parents=True, mode=0o700)
    (back / name).write_text("newer\n")
    restore = ("restore", str(backup), "--key", str(copy / "backup.key"))
    done = havn(*restore, folder=back)
    assert done.returncode == 2, done.stdout
    assert f"{back / name} holds" in done.stderr
    assert advice in done.stderr
    assert [path for path in back.rglob("*") if path.is_file()] == [back / name]
    assert (back / name).read_text() == "newer\n"
    (back / name).unlink()
    shutil.copy(copy / name, back / name)
    assert havn(*restore, folder=back).returncode == 0


def test_a_backup_of_another_role_leaves_nothing_behind(copy, tmp_path):
    backup, back = tmp_path / "a.backup", tmp_path / "back"
    assert havn("backup", str(backup), folder=copy).returncode == 0
    restore = ("restore", str(backup), "--key", str(copy / "backup.key"))
    done = havn(*restore, folder=back, HAVN_ROLE="hub")
    assert done.returncode == 2
    assert "HAVN_ROLE" in done.stderr
    assert list(back.iterdir()) == []


def test_a_changed_audit_entry_is_found_by_the_command(copy):
    database = sqlite3.connect(copy / "havn.sqlite3")
    database.execute("update audit_entry set action = 'person.closed' where sequence = 2")
    database.commit()
    done = havn("audit", "verify", "--json", folder=copy)
    assert done.returncode == 1
    assert {each["kind"] for each in json.loads(done.stdout)["findings"]} == {"changed"}


def heads_said(folder):
    done = havn("doctor", "--json", folder=folder)
    found = {each["check"]: each for each in json.loads(done.stdout)["checks"]}
    return found["heads"]["level"], found["heads"]["sentence"]


def test_doctor_names_the_age_of_the_last_head_and_what_came_after_it(copy):
    level, sentence = heads_said(copy)
    assert level == "ok"
    assert re.search(r"UTC, \d+ minutes ago; 0 entries came after it", sentence)
    for at, words in (
        ("2020-01-01 00:00:00", "minutes ago; 1 "),
        ("2199-01-01 00:00:00", "after"),
    ):
        with closing(sqlite3.connect(copy / "havn.sqlite3")) as database:
            database.execute("update audit_head set sequence = sequence - 1, signed_at = ?", [at])
            database.commit()
        level, sentence = heads_said(copy)
        assert level == "wrong"
        assert words in sentence


def test_without_its_heads_a_chain_cannot_be_verified(copy):
    (copy / "anchors" / "heads.jsonl").unlink()
    assert havn("audit", "verify", folder=copy).returncode == 2


def test_a_wrong_setting_is_refused_with_a_sentence(node):
    done = havn("doctor", folder=node, HAVN_ROLE="planet")
    assert done.returncode == 2
    assert "HAVN_ROLE" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_policy_with_an_unknown_name_is_refused(node, tmp_path):
    policy = tmp_path / "p.toml"
    policy.write_text('name = "ours"\nlaese = "15 min"\n')
    done = havn("doctor", folder=node, HAVN_POLICY=str(policy))
    assert done.returncode == 2
    assert "laese" in done.stderr
