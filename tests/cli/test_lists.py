# SPDX-License-Identifier: Apache-2.0
"""`havn doctor` asks to look again at what was copied from the world more than a year ago."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from havn.cli.checks import check_lists
from havn.domain.takedown import rules as takedown
from havn.domain.tracing import clients
from havn.domain.tracing import rules as tracing
from havn.lib import clock


def levels() -> list[tuple[str, str]]:
    return [(found.level, found.sentence) for found in check_lists()]


def test_lists_of_this_year_are_fine():
    assert [level for level, _sentence in levels()] == ["ok"]


@pytest.mark.parametrize(
    ("place", "name", "told"),
    [
        (tracing, "PROXIES_CHECKED_ON", "The list of proxies"),
        (takedown, "PARKING_CHECKED_ON", "The list of parking services"),
    ],
)
def test_a_list_of_more_than_a_year_ago_is_told_of(monkeypatch, place, name, told):
    old = clock.now().date() - timedelta(days=366)
    monkeypatch.setattr(place, name, old)
    ((level, sentence),) = levels()
    assert (level, sentence.split(" is of ")[0]) == ("look", told)
    assert str(old) in sentence


@pytest.mark.parametrize("made_on", [None, date(2020, 1, 1)])
def test_registry_files_that_are_old_or_of_no_known_day_are_told_of(monkeypatch, made_on):
    monkeypatch.setattr(clients, "_built_on", lambda _package: made_on)
    ((level, sentence),) = levels()
    assert level == "look"
    assert sentence.startswith("The registries' country file (iptocc ")
