# SPDX-License-Identifier: Apache-2.0
"""`havn indicator`: explains without a node, and prints nothing that is not protected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from havn.cli.endings import COULD_NOT, DONE
from havn.cli.indicator import asked, figures_told
from havn.cli.root import run
from havn.domain.actor import Actor
from havn.domain.indicators.rules import DEFINITIONS, Quarter
from havn.domain.ledger import services as ledger
from havn.domain.ledger.rules import FactName
from tests.support.own_node import register_own_node

QUARTER = Quarter(2026, 1)
FREEZE = QUARTER.ends_at + timedelta(days=10)


@pytest.fixture
def actor() -> Iterator[Actor]:
    organisation = register_own_node()
    for channel, number in (("web", 30), ("file", 5), ("referrer", 2)):
        record_reports(organisation, number, channel)
    yield Actor.system(organisation=organisation)


def record_reports(organisation: UUID, number: int, channel: str) -> None:
    with transaction.atomic():
        for _ in range(number):
            ledger.record_fact(
                name=FactName.REPORT_RECEIVED,
                subject_kind="report",
                subject_id=uuid4(),
                organisation=organisation,
                at=QUARTER.starts_at,
                codes={"channel": channel, "language": "en", "duplicate": False},
            )


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda each: each.id)
def test_every_indicator_is_explained(definition, capsys):
    assert run(["indicator", "explain", definition.id.lower()]) == DONE
    lines = capsys.readouterr().out
    assert definition.definition in lines
    assert f"Pitfalls: {definition.pitfalls}" in lines
    assert definition.source in lines
    assert run(["indicator", "explain", definition.id, "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert (told["indicator"], told["facts"]) == (definition.id, list(definition.facts))
    assert "value" not in told


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["explain", "R99"], "There is no indicator 'R99'. There are: V01"),
        (["compute", "--period", "2026-Q5"], "a period is written like 2026-Q3 or 2026"),
        (["compute", "--period", "2026", "--indicator", "R99"], "There is no indicator"),
        (
            ["compute", "--period", "2026-Q3", "--indicator", "V01"],
            "V01 is computed for years only. Ask for --period 2026.",
        ),
        (["compute", "--period", "2026", "--as-of", "spring"], "Write it like 2027-03-01"),
    ],
)
def test_what_can_not_be_asked_for_has_a_sentence(arguments, sentence, capsys):
    assert run(["indicator", *arguments]) == COULD_NOT
    assert sentence in capsys.readouterr().err


@pytest.mark.django_db
def test_only_protected_figures_are_told(actor: Actor) -> None:
    about, definitions = asked("2026-Q1", "R01")
    told = figures_told(about, definitions, as_of=FREEZE, actor=actor)
    (indicator,) = told.result["indicators"]
    values = {(v["measure"], v["breakdown"], v["code"]): v for v in indicator["values"]}
    assert values["received", "", ""]["value"] == "37"
    small = values["received", "channel", "referrer"]
    assert (small["value"], small["status"]) == (None, "Q")
    assert values["received", "channel", "file"]["value"] is None
    assert "conf_status" not in small
    assert (
        "  Reports received, Helpline or school: hidden, because the number behind it is small"
        in told.lines
    )


@pytest.mark.django_db
def test_a_breakdown_that_is_left_away_is_told_in_words() -> None:
    organisation = register_own_node()
    record_reports(organisation, 1, "web")  # one report in all: its channel would be known
    about, definitions = asked("2026-Q1", "R01")
    told = figures_told(
        about, definitions, as_of=FREEZE, actor=Actor.system(organisation=organisation)
    )
    sentence = (
        "breakdown not shown: small numbers could be worked out from it; "
        "the figure for all together is given instead"
    )
    assert f"  Reports received, Channel: {sentence}" in told.lines
    (indicator,) = told.result["indicators"]
    (away,) = [
        each
        for each in indicator["values"]
        if (each["measure"], each["breakdown"]) == ("received", "channel")
    ]
    assert (away["code"], away["status"], away["note"]) == ("", "Q", sentence)


@pytest.mark.django_db
def test_figures_of_an_open_period_say_so_and_the_log_position_is_told(actor: Actor) -> None:
    about, definitions = asked("2026", None)
    told = figures_told(about, definitions, as_of=FREEZE, actor=actor)
    assert told.result["is_over"] is False
    assert told.result["log_position"]
    assert "The period is not over yet: these figures will change." in told.lines
    assert [each["indicator"] for each in told.result["indicators"]] == [d.id for d in DEFINITIONS]
    assert any(line.endswith(": not collected here") for line in told.lines)
