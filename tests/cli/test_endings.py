# SPDX-License-Identifier: Apache-2.0
"""How a command ends that meets an error: a sentence, or one line of the log without a value."""

import json

import pytest
from django.db import DataError, OperationalError

from havn.cli import root
from havn.cli.endings import COULD_NOT, ending_of


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
