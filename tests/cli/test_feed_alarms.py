# SPDX-License-Identifier: Apache-2.0
"""`havn feed alarms` in this process: it lists every open alarm, however many pages of them there are."""

import json

import pytest
from click.testing import CliRunner

from havn.cli import feed, start
from havn.domain.exchange import rules, services
from tests.support.small_alliance import SmallAlliance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prepared(monkeypatch):
    # The process is set up by pytest; a command would do it again for its own audience.
    monkeypatch.setattr(start, "prepare", lambda *_: None)


@pytest.mark.parametrize("count", [0, 1, 50, 120])
def test_every_open_alarm_is_listed_once(count):
    alliance = SmallAlliance()
    for number in range(count):
        services.raise_alarm(
            code=rules.AlarmCode.GAP, about=str(number), actor=alliance.system, at=alliance.at
        )
    told = CliRunner().invoke(feed.alarms, ["--json"], standalone_mode=False)
    listed = [each["about"] for each in json.loads(told.stdout)["alarms"]]
    assert sorted(listed, key=int) == [str(number) for number in range(count)]
    assert told.return_value == (1 if count else 0)
