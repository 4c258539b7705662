# SPDX-License-Identifier: Apache-2.0
"""How figures, periods and what is missing read on the Alliance's pages."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.indicators.rules import Definition, Direction
from havn.domain.publication.rules.comparison import Standing, Total, standing_alone
from havn.domain.publication.rules.published import Figure
from havn.web.frame import hidden

DASH = "–"


def standing(found: Standing) -> str:
    """Return what is said where no value stands; each reason has its own words."""
    match found:
        case Standing.NOT_RECEIVED:
            return _("not received")
        case Standing.NO_DATA:
            return _("no data")
        case Standing.NOT_COLLECTED:
            return _("not collected")
        case Standing.SUPPRESSED:
            return _("hidden")
        case Standing.LEFT_AWAY:
            return _("not shown")
        case Standing.NOT_COMPARABLE:
            return _("not comparable")
        case _:
            return ""


def meanings() -> list[tuple[str, str]]:
    """Return what each of these words means, for the legend below a table."""
    return [
        (_("not received"), _("The country has published no report of this period. Nothing is estimated.")),
        (_("no data"), _("There was nothing to measure, or nothing was given. It does not mean zero.")),
        (_("not collected"), _("The country has it, and does not collect it.")),
        (_("hidden"), _("The number is so small that it could tell something about single people or cases, or that it means nothing.") + " " + hidden.held_back()),
        (_("not shown"), _("The whole breakdown is left away, because small numbers could be worked out from it. The figure for all together is given instead.")),
        (_("not comparable"), _("Measured by another definition, or checked too rarely to be set beside others.")),
    ]  # fmt: skip


def value(figure: Figure | None, unit: str) -> str:
    """Return a figure with its unit, a bound where that is all one knows, or why there is none."""
    found = standing_alone(figure)
    if figure is None or found is not Standing.SHOWN:
        return standing(found)
    if figure.is_not_reached:
        return _("more than %(number)s") % {"number": number(figure.lower_bound, unit)}
    return number(figure.value, unit)


def number(found: Decimal | int | None, unit: str = "") -> str:
    """Return a number as the language writes it, with one decimal where it is not whole, and its unit."""
    if found is None:
        return DASH
    return _written(found, unit, get_language() or "en")


@lru_cache(maxsize=100_000)
def _written(found: Decimal | int, unit: str, language: str) -> str:
    """Return the number in words; a table of 200 countries asks for a thousand, and the next reader for the same."""
    del language  # in force; it only tells apart what is kept
    exact = Decimal(found)
    is_whole = exact == exact.to_integral()
    written = number_format(exact, 0 if is_whole else 1, use_l10n=True, force_grouping=True)
    return f"{written} {_(unit) if unit else ''}".strip()


def count(found: int | None) -> str:
    """Return a count, or a dash where none is given."""
    return number(found)


def total(found: Total, unit: str) -> str:
    """Return the Alliance's total: a number, an interval, or why there is none."""
    if found.low is None or found.high is None:
        return standing(Standing.SUPPRESSED) if found.hidden else standing(Standing.NO_DATA)
    if found.is_exact:
        return number(found.low, unit)
    return _("%(low)s to %(high)s") % {"low": number(found.low), "high": number(found.high, unit)}


def status(figure: Figure | None) -> str:
    """Return what a figure's status adds to it, in a word."""
    match figure.status if figure is not None else "":
        case "P":
            return _("provisional")
        case "B":
            return _("break in the series")
        case _:
            return ""


def period(text: str) -> str:
    """Return a period in words: a year is itself, a quarter is named."""
    year, _dash, quarter = text.partition("-Q")
    if not quarter:
        return year
    return _("%(year)s, quarter %(quarter)s") % {"year": year, "quarter": quarter}


def left_away(breakdown: str, periods: Sequence[str]) -> str:
    """Return the sentence that stands in the place of a breakdown that is not shown."""
    return _(
        "%(breakdown)s: not shown for %(periods)s, because small numbers could be worked out from it. The figures "
        "for all together are given instead."
    ) % {"breakdown": breakdown, "periods": "; ".join(map(period, periods))}


def target(number_of_target: int) -> str:
    """Return a target in our words."""
    return {
        1: _("Find the children who were abused, and get them help."),
        2: _("Investigate, and bring those who abuse to court."),
        3: _("Tell children and those around them about the risks."),
        4: _("Make the material disappear, so that nobody is harmed by it again."),
    }.get(number_of_target, _("All targets together"))


def correction(kind: str) -> str:
    """Return why a version follows an earlier one."""
    return {
        "": _("First release"),
        "late_facts": _("Facts that became known later"),
        "error_in_facts": _("Error in facts"),
        "error_in_method": _("Error in method"),
        "disclosure": _("Withdrawn to protect small numbers"),
        "text": _("Wording"),
    }.get(kind, kind)


def better(definition: Definition) -> str:
    """Return which way is better, of the indicator and of each measure that has a word of its own."""
    own = [
        f"{_(each.title)}: {_better(each.direction)}"
        for each in definition.measures
        if each.direction
    ]
    return " ".join([_better(definition.direction), *own])


def _better(direction: Direction) -> str:
    match direction:
        case Direction.UP:
            return _("More is better.")
        case Direction.DOWN:
            return _("Less is better.")
        case Direction.NONE:
            return _("Neither more nor less is better: this figure is context only.")
