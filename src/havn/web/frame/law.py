# SPDX-License-Identifier: Apache-2.0
"""How laws read on pages, at the desk and on the Alliance's site: values, numbers, citations, gaps in words.

No value has a colour: a *no* can be lawful, and countries are not ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

VALUES = {
    "yes": pgettext_lazy("answer about a law", "yes"),
    "partly": pgettext_lazy("answer about a law", "partly"),
    "no": pgettext_lazy("answer about a law", "no"),
    "unknown": pgettext_lazy("answer about a law", "not known"),
}
GROUPS = {
    "material": gettext_lazy("Material"),
    "contact": gettext_lazy("What is done to a child online"),
    "procedure": gettext_lazy("Procedure"),
    "jurisdiction": gettext_lazy("Jurisdiction"),
    "evidence": gettext_lazy("Evidence"),
    "providers": gettext_lazy("Providers"),
    "protection": gettext_lazy("Protection of victims"),
    "prevention": gettext_lazy("Prevention"),
}
RESULTS = {
    "open": pgettext_lazy("gap between laws", "open"),
    "narrow": pgettext_lazy("gap between laws", "narrow"),
    "closed": pgettext_lazy("gap between laws", "closed"),
    "unknown": pgettext_lazy("gap between laws", "not known"),
}


@dataclass(frozen=True, slots=True)
class CitationRow:
    """Where a criterion comes from, as the page shows it."""

    text: str
    is_checked: bool
    is_reservable: bool


@dataclass(frozen=True, slots=True)
class SayingRow:
    """One text of a dispute or a review."""

    country: str
    office: str
    text: str
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute with its replies."""

    id: UUID
    filed: SayingRow
    replies: tuple[SayingRow, ...]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer as the page shows it; without an answer only the criterion is there."""

    key: str
    question: str
    value: str
    number: str
    country: str
    view: Any
    source_host: str
    reviewed_by: str
    differs: tuple[SayingRow, ...]
    disputes: tuple[DisputeRow, ...]


def answer_row(
    criterion: Any, view: Any, *, names: Mapping[str, str], member: str = ""
) -> AnswerRow:
    """Return what a page shows of a criterion (`Criterion`) and of the answer to it (`AnswerView` or None)."""
    code = view.member if view else member
    return AnswerRow(
        key=criterion.key,
        question=_(criterion.question),
        value=str(VALUES[view.value if view else "unknown"]),
        number=number_text(criterion, view),
        country=names.get(code, code),
        view=view,
        source_host=urlsplit(view.source_url).netloc if view else "",
        reviewed_by=", ".join(names.get(by, by) for by in view.reviewed_by) if view else "",
        differs=tuple(_differing(view, names)) if view else (),
        disputes=tuple(dispute_row(each, names) for each in view.disputes) if view else (),
    )


def _differing(view: Any, names: Mapping[str, str]) -> Iterable[SayingRow]:
    for each in view.reviews:
        if each.verdict == "differs":
            name = names.get(each.by, each.by)
            yield SayingRow(name, each.office, each.note, "", each.on)


def dispute_row(dispute: Any, names: Mapping[str, str]) -> DisputeRow:
    """Return what a page shows of a dispute (`DisputeView`)."""
    return DisputeRow(
        dispute.id,
        _saying(dispute.filed, names),
        tuple(_saying(each, names) for each in dispute.replies),
    )


def _saying(each: Any, names: Mapping[str, str]) -> SayingRow:
    name = names.get(each.by, each.by)
    return SayingRow(name, each.office, each.text, each.source_url, each.on)


def by_group(rows: Sequence[tuple[Any, AnswerRow]]) -> list[dict[str, Any]]:
    """Return rows (criterion, row) under the names of their groups, in the order given."""
    found: dict[str, list[AnswerRow]] = {}
    for criterion, row in rows:
        found.setdefault(criterion.group.value, []).append(row)
    return [{"name": GROUPS[group], "rows": each} for group, each in found.items()]


def number_text(criterion: Any, answer: Any) -> str:
    """Return the number beside an answer with its unit; nothing where there is none."""
    if answer is None or criterion.number is None:
        return ""
    if answer.is_unlimited:
        return _("without limit")
    if answer.number is None:
        return ""
    return f"{number_format(answer.number)} {_(criterion.number.unit)}"


def citations(
    criterion: Any, instruments: Mapping[Any, str], binding: Mapping[Any, int | None]
) -> list[CitationRow]:
    """Return where a criterion comes from; `binding` names the recital that says that a country is not bound."""
    rows = []
    for each in criterion.citations:
        text = f"{_(instruments[each.instrument])}: {_(each.place)}"
        recital = binding.get(each.instrument)
        if recital is not None:
            text += " – " + _("this country is not bound by it (recital %(number)s)") % {
                "number": recital
            }
        rows.append(CitationRow(text, each.is_checked, each.is_reservable))
    return rows
