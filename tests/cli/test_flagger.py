# SPDX-License-Identifier: Apache-2.0
"""`havn report flagger`: the notices of a year by provider, class and ending; counts, and nobody's data."""

from __future__ import annotations

import csv
import json

import pytest

from havn.cli import start
from havn.cli.endings import COULD_NOT, DONE
from havn.cli.root import run
from havn.domain.cases import services as record
from havn.domain.cases.rules import Mover, Track
from havn.domain.takedown.models import Notice
from havn.domain.takedown.rules import ending
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.models import Contact
from havn.domain.tracing.rules import Findings, NameFound
from havn.domain.workflow.services import telling
from tests.support.casework import SmallNode, small_node
from tests.support.outside import ADDRESS, HOST, NETWORK

HERE = Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DK")


@pytest.fixture
def node(monkeypatch) -> SmallNode:
    monkeypatch.setattr(start, "prepare", lambda *_: None)
    return small_node()


@pytest.fixture
def words(tmp_path):
    file = tmp_path / "independence.json"
    file.write_text(json.dumps({"funding": "Paid by the state, never by providers."}))
    return file


def notified(node):
    """Return the item about which a notice left."""
    item_id = node.confirmed_item()
    for target in ("due", "told"):
        record.move_track(
            item_id=item_id, track=Track.POLICE, target=target, mover=Mover.SYSTEM,
            actor=node.system, at=node.at,
        )  # fmt: skip
    telling.trace_finished(item_id=item_id, findings=HERE, actor=node.system, at=node.at)
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    telling.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    notice_id = Notice.objects.get(item_id=item_id).id
    telling.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)
    telling.notice_sent(notice_id=notice_id, actor=node.system, at=node.at)
    return item_id


def written(file):
    with file.open(newline="") as lines:
        return {(row["table"], row["key"]): row for row in csv.DictReader(lines)}


@pytest.mark.django_db
def test_the_notices_of_the_year_are_told_by_provider_class_and_ending(node, words, tmp_path):
    notified(node)
    file = tmp_path / "flagger.csv"
    command = ["report", "flagger", str(file), "--independence", str(words), "--year"]
    assert run([*command, str(node.at.year)]) == DONE
    rows = written(file)
    name = Contact.objects.get().name
    assert rows["total", "notices"]["value"] == "1"
    assert rows["provider", name]["value"] == "1"
    assert rows["provider", f"{name}/no_answer"]["value"] == "1"
    assert (rows["content", "baseline"]["value"], rows["content", "national"]["value"]) == (
        "1",
        "0",
    )
    assert rows["independence", "funding"]["note"].startswith("Paid by the state")
    assert not any(HOST in value for row in rows.values() for value in row.values())
    assert run([*command, str(node.at.year)]) == COULD_NOT  # the file is there already

    other = tmp_path / "before.csv"
    assert (
        run(["report", "flagger", str(other), "--independence", str(words), "--year", "2001"])
        == DONE
    )
    assert written(other)["total", "notices"]["value"] == "0"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"funding": 3}', b"\xff"])
def test_independence_that_says_nothing_is_refused_before_anything_is_read(
    content, tmp_path, capsys
):
    words = tmp_path / "independence.json"
    words.write_bytes(content)
    file = tmp_path / "flagger.csv"
    found = run(["report", "flagger", str(file), "--year", "2026", "--independence", str(words)])
    assert found == COULD_NOT
    assert "says no procedures" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize(
    ("availability", "notice", "is_abroad", "expected"),
    [
        ("removed", "sent", False, "removed"),
        ("reappeared", "sent", False, "removed"),
        ("removed", "refused", True, "removed"),
        ("up", "refused", False, "refused"),
        ("up", "sent", True, "moved"),
        ("up", "answered", False, "no_answer"),
        ("unavailable", "sent", False, "no_answer"),
    ],
)
def test_a_notice_ended_as_r18_says_it(availability, notice, is_abroad, expected):
    assert ending(availability=availability, notice=notice, is_abroad=is_abroad) == expected
