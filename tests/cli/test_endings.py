# SPDX-License-Identifier: Apache-2.0
"""How a command ends that meets an error: a sentence, or one line of the log without a value."""

import errno
import json
import os
from pathlib import Path

import pytest
from django.db import DataError, OperationalError

from havn.cli import root
from havn.cli.alliance_signing import read_json
from havn.cli.endings import COULD_NOT, ending_of

FULL = Path("/dev/full")


def failing(*_arguments, **_more):
    raise ValueError("canary-value")


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_mistake_of_ours_in_a_process_with_a_log_is_one_line_without_its_value(
    command, monkeypatch, capsys
):
    monkeypatch.setattr(root.click.Group, "main", failing)
    assert root.run([command, "--audience", "public"]) == COULD_NOT
    said = capsys.readouterr().err
    assert "canary-value" not in said
    assert json.loads(said)["error"]["type"] == "ValueError"


def test_a_mistake_of_ours_in_a_command_that_a_person_runs_shows_its_trace(monkeypatch):
    monkeypatch.setattr(root.click.Group, "main", failing)
    with pytest.raises(ValueError, match="canary"):
        root.run(["doctor"])


def test_what_a_database_says_of_a_value_is_not_repeated_but_of_a_connection_it_is():
    of_value = ending_of(DataError('invalid input syntax for type uuid: "canary-value"'))
    assert of_value.code == COULD_NOT
    assert "canary-value" not in of_value.sentence
    of_server = ending_of(OperationalError("connection refused\nmore"))
    assert "connection refused." in of_server.sentence


@pytest.mark.parametrize(
    ("name", "said"),
    [("none/x", "There is no"), (".", "is a folder"), ("file/x", "lies in a file"), ("x" * 300, "too long")],
    ids=["missing", "folder", "below-a-file", "long"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(tmp_path, name, said):
    (tmp_path / "file").write_bytes(b"{}")
    with pytest.raises(OSError) as refused:
        read_json(tmp_path / name)
    ending = ending_of(refused.value)
    assert ending.code == COULD_NOT
    assert str(tmp_path / name) in ending.sentence
    assert said in ending.sentence


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_of_a_file_has_a_sentence_and_its_name_cannot_move_the_cursor(number):
    ending = ending_of(OSError(number, os.strerror(number), "x\x1b[2J.json"))
    assert ending.code == COULD_NOT
    assert ending.sentence.isprintable()
    assert ending.sentence.endswith(".")
    assert ("json" in ending.sentence) is (number not in {errno.ENOSPC, errno.EDQUOT})


def test_an_error_of_a_connection_is_about_no_file():
    assert ending_of(ConnectionResetError(errno.ECONNRESET, "reset by peer")) is None
    assert ending_of(TimeoutError("timed out")) is None


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_disk_that_is_full_is_said_without_a_name():
    with FULL.open("wb", buffering=0) as file, pytest.raises(OSError) as full:
        file.write(b"x")
    assert "disk is full" in ending_of(full.value).sentence
