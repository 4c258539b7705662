# SPDX-License-Identifier: Apache-2.0
"""What may be promised: which terms are complete, and which aim is one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from havn.domain.commitments.rules.errors import CommitmentError, Fault
from havn.domain.commitments.rules.record import (
    MOST_LANGUAGES,
    MOST_LINE,
    MOST_TEXT,
    MOST_TITLE,
    TARGETS,
    Deliverable,
    IndicatorAim,
    Terms,
    Texts,
    is_language,
)
from havn.domain.indicators.rules import definition_of
from havn.domain.members.rules.declaration import goals_of


def check_terms(terms: Terms) -> None:
    """Raise CommitmentError for terms that cannot be promised."""
    if terms.target not in TARGETS:
        raise CommitmentError(Fault.UNKNOWN_TARGET, str(terms.target))
    if terms.goal and terms.goal not in {goal.id for goal in goals_of(terms.target)}:
        raise CommitmentError(Fault.UNKNOWN_GOAL, terms.goal)
    check_texts(terms.title, most=MOST_TITLE)
    check_texts(terms.text, most=MOST_TEXT)
    check_line(terms.office, missing=Fault.OFFICE_MISSING)
    if terms.due < terms.start:
        raise CommitmentError(Fault.BAD_DAYS)
    if isinstance(terms.measure, IndicatorAim):
        check_aim(terms.measure)
    else:
        _check_deliverable(terms.measure)


def aim(
    indicator: str, measure: str, *, baseline: Decimal | None, aim: Decimal | None
) -> tuple[str, Decimal, Decimal]:
    """Return the direction, baseline and aim; raises CommitmentError for an aim that is none."""
    try:
        definition = definition_of(indicator)
    except KeyError:
        raise CommitmentError(Fault.UNKNOWN_INDICATOR, indicator) from None
    if measure not in {each.name for each in definition.measures}:
        raise CommitmentError(Fault.UNKNOWN_MEASURE, measure)
    direction = definition.direction_of(measure).value
    if direction == "none":  # no promise of more reports
        raise CommitmentError(Fault.NO_DIRECTION, indicator)
    if baseline is None:
        raise CommitmentError(Fault.NO_BASELINE, indicator)
    if aim is None:
        raise CommitmentError(Fault.NO_AIM, indicator)
    if aim == baseline or (aim > baseline) != (direction == "up"):
        raise CommitmentError(Fault.AIM_NOT_BETTER, indicator)
    return direction, baseline, aim


def check_aim(found: IndicatorAim) -> None:
    """Raise CommitmentError for an aim on a measure that has no direction, or in the wrong one."""
    direction, _baseline, _aim = aim(
        found.indicator, found.measure, baseline=found.baseline, aim=found.aim
    )
    if direction != found.direction:
        raise CommitmentError(Fault.NO_DIRECTION, found.indicator)


def _check_deliverable(found: Deliverable) -> None:
    if not any(found.what.values()):
        raise CommitmentError(Fault.NO_DELIVERABLE)
    if not any(found.today.values()):
        raise CommitmentError(Fault.NO_BASELINE)
    check_texts(found.what, most=MOST_TEXT)
    check_texts(found.today, most=MOST_TEXT)


def check_texts(texts: Texts, *, most: int, least_languages: int = 2) -> None:
    """Raise CommitmentError for a text that is missing, too long, or there in one language only."""
    if not texts:
        raise CommitmentError(Fault.TEXT_MISSING)
    if len(texts) > MOST_LANGUAGES or not all(map(is_language, texts)):
        raise CommitmentError(Fault.BAD_LANGUAGE)
    if not all(text.strip() for text in texts.values()):
        raise CommitmentError(Fault.TEXT_MISSING)
    if len(texts) < least_languages:
        raise CommitmentError(Fault.ONE_LANGUAGE)
    if any(len(text) > most for text in texts.values()):
        raise CommitmentError(Fault.TEXT_TOO_LONG)


def check_line(text: str, *, missing: Fault, most: int = MOST_LINE) -> None:
    """Raise CommitmentError for a line that is empty or too long."""
    if not text.strip():
        raise CommitmentError(missing)
    if len(text) > most:
        raise CommitmentError(Fault.TEXT_TOO_LONG)


def both(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts without those that are empty, white space at the ends taken off."""
    return {language: text.strip() for language, text in texts.items() if text.strip()}
