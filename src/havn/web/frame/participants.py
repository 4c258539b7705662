# SPDX-License-Identifier: Apache-2.0
"""How a list of participants reads, on the hub's page and on a node's: kinds, languages, days and hours in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation as the page shows it."""

    name: str
    kind: str
    email: str
    languages: str
    hours: tuple[str, ...]
    tasks: str
    nodes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """One participant as the page shows it."""

    name: str
    code: str
    is_suspended: bool
    since: Any
    organisations: tuple[OrganisationRow, ...]


def rows(found: Iterable[Any]) -> list[ParticipantRow]:
    """Return what a page shows of participants (`ParticipantView` of the domain): countries first, by name."""
    ordered = sorted(found, key=lambda each: (each.kind != "member", each.name))
    return [
        ParticipantRow(
            name=each.name,
            code=each.code,
            is_suspended=each.state != "active",
            since=each.since,
            organisations=tuple(map(_organisation, each.organisations)),
        )
        for each in ordered
    ]


def _organisation(each: Any) -> OrganisationRow:
    return OrganisationRow(
        name=each.name,
        kind=_kind(each.kind),
        email=each.email,
        languages=", ".join(map(_language, each.languages)),
        hours=tuple(map(_hours, each.hours)),
        tasks=", ".join(_tasks((*each.roles, *each.mandates))),
        nodes=tuple((node.name, _state(node.is_active)) for node in each.nodes),
    )


def _kind(kind: str) -> str:
    known = {
        "hotline": _("Hotline"),
        "police": _("Police"),
        "ministry": _("Ministry"),
        "international": _("International organisation"),
    }
    return known.get(kind, kind)


def _state(is_active: bool) -> str:  # noqa: FBT001
    return _("takes part") if is_active else _("suspended")


def _tasks(words: Sequence[str]) -> list[str]:
    """Return what an organisation does in the Alliance; a word that this version does not know is left out."""
    known = {
        "hotline": _("takes reports that other countries refer"),
        "police": _("takes leads for police"),
        "ministry": _("reports results"),
        "orphans": _("takes what is hosted where nobody takes part"),
    }
    return [known[word] for word in words if word in known]


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _hours(hours: Any) -> str:
    numbers = sorted(DAYS.index(day) for day in hours.days)
    days = ", ".join(_range(first, last) for first, last in _runs(numbers))
    return _("%(days)s, %(opens)s to %(closes)s (%(zone)s)") % {
        "days": days,
        "opens": hours.opens,
        "closes": hours.closes,
        "zone": hours.zone.replace("_", " "),
    }


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return days that follow one another as first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _range(first: int, last: int) -> str:
    if first == last:
        return str(WEEKDAYS[first])
    return _("%(first)s to %(last)s") % {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
