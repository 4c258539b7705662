# SPDX-License-Identifier: Apache-2.0
"""Reading political acts of a country, each with the entries that correct it."""

from __future__ import annotations

from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.commitments.models import PoliticalAct
from havn.domain.commitments.selectors._views import ActView, act_view
from havn.domain.errors import NotFoundError


def political_acts(*, member: str, actor: Actor) -> list[ActView]:
    """Return the acts of a country, the newest day first; a correction stands with the entry that it corrects.

    One whose entry did not arrive here stands by itself.
    """
    del actor  # They are public.
    rows = list(PoliticalAct.objects.filter(member=member).order_by("-day", "-recorded_at", "id"))
    known = {row.pk for row in rows}
    beside: dict[UUID, list[ActView]] = {}
    for row in rows:
        if row.corrects is not None and row.corrects in known:
            beside.setdefault(_first(row, rows), []).append(act_view(row))
    return [
        act_view(row, tuple(beside.get(row.pk, ())))
        for row in rows
        if row.corrects is None or row.corrects not in known or _first(row, rows) == row.pk
    ]


def _first(row: PoliticalAct, rows: list[PoliticalAct]) -> UUID:
    """Return the entry at the beginning of a line of corrections; a circle ends where it began."""
    by_id = {each.pk: each for each in rows}
    seen = {row.pk}
    while row.corrects in by_id and row.corrects not in seen:
        row = by_id[row.corrects]
        seen.add(row.pk)
    return row.pk if row.corrects not in seen else min(seen)


def own_act(*, act_id: UUID, actor: Actor) -> ActView:
    """Return an act of the own country that is kept here; raises NotFoundError."""
    row = PoliticalAct.objects.filter(pk=act_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return act_view(row)
