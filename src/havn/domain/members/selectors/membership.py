# SPDX-License-Identifier: Apache-2.0
"""The public list of members: the founders and the later ones as data, joined with whom the roster names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from havn.domain.actor import Actor
from havn.domain.errors import NotFoundError
from havn.domain.members.models import Member, Node, RosterState
from havn.domain.members.rules import RosterError, State, kind_of
from havn.domain.members.rules.accession import read_accession
from havn.domain.members.rules.founders import (
    LAUNCH,
    MEMBERSHIPS,
    MembershipRow,
    eu_member,
    membership,
    name_of,
)
from havn.domain.members.rules.offices import OFFICE_ROWS, Office, OfficeRow
from havn.domain.members.rules.participant import ParticipantKind


@dataclass(frozen=True, slots=True)
class ActView:
    """The act by which a country acceded; `is_readable` is false where its signatures do not hold."""

    is_readable: bool
    on: date | None = None
    reference: str = ""
    offices: tuple[str, ...] = ()
    reservation: str = ""


@dataclass(frozen=True, slots=True)
class MemberView:
    """One country: how it came to the Alliance, and whether it takes part here now."""

    code: str
    row: MembershipRow | None  # of the list; None for one that only the roster names
    roster_name: str
    roster_state: State | None  # None where the roster never named it
    roster_since: date | None
    act: ActView | None
    has_node: bool

    @property
    def is_founder(self) -> bool:
        """Whether it is one of the 48."""
        return self.row is not None and self.row.is_founder

    @property
    def is_confirmed(self) -> bool:
        """Whether its membership rests on a source, or on its own signed act."""
        return self.roster_state is not None or (self.row is not None and self.row.confirmed)

    @property
    def was_in_eu(self) -> bool:
        """Whether it was in the European Union at the launch."""
        return eu_member(self.code, LAUNCH)

    def name(self, language: str, *, on: date) -> str:
        """Return what it is called on a day; the roster's name for one that the list does not name."""
        found = name_of(self.code, language=language, on=on)
        return self.roster_name or found if found == self.code else found


@dataclass(frozen=True, slots=True)
class HolderView:
    """Who holds or held an office of the Alliance."""

    office: Office
    holder: str
    code: str
    since: date | None
    until: date | None
    source: str
    confirmed: bool
    is_of_roster: bool


def alliance_members(*, actor: Actor) -> tuple[MemberView, ...]:
    """Return all countries of the list and of the roster, by code; in two queries."""
    del actor  # Who takes part is public.
    rows = {row.code: row for row in _rows()}
    with_nodes = _with_active_nodes()
    codes = sorted({row.code for row in MEMBERSHIPS} | rows.keys())
    return tuple(_view(code, rows.get(code), with_nodes) for code in codes)


def alliance_member(*, code: str, actor: Actor) -> MemberView:
    """Return one country; raises NotFoundError for one that neither the list nor the roster names."""
    del actor
    row = _rows().filter(code=code).first()
    if row is None and membership(code) is None:
        raise NotFoundError
    return _view(code, row, _with_active_nodes())


def _rows() -> QuerySet[Member]:
    return Member.objects.filter(kind=ParticipantKind.MEMBER.value).exclude(
        state=State.UNLISTED.value
    )


def _with_active_nodes() -> set[str]:
    found = Node.objects.filter(
        state=State.ACTIVE.value, organisation__member__state=State.ACTIVE.value
    ).values_list("organisation__member__code", flat=True)
    return {code for code in found if code and kind_of(code) is ParticipantKind.MEMBER}


def _view(code: str, row: Member | None, with_nodes: set[str]) -> MemberView:
    return MemberView(
        code=code,
        row=membership(code),
        roster_name=row.name if row else "",
        roster_state=State(row.state) if row else None,
        roster_since=row.since if row else None,
        act=_act(row),
        has_node=code in with_nodes,
    )


def _act(row: Member | None) -> ActView | None:
    if row is None or row.accession is None:
        return None
    try:
        act = read_accession(row.accession, code=row.code)
    except RosterError:
        return ActView(is_readable=False)
    return ActView(
        is_readable=True,
        on=act.on,
        reference=act.reference,
        offices=act.offices,
        reservation=act.reservation,
    )


def office_holders(*, actor: Actor) -> tuple[HolderView, ...]:
    """Return who began the Alliance, chaired it and was its secretariat, as far as a source says it."""
    del actor
    found = [_holder(row) for row in OFFICE_ROWS]
    roster = RosterState.objects.filter(pk=1).first()
    if roster is not None and roster.secretariat:
        found.append(
            HolderView(
                office=Office.SECRETARIAT,
                holder=roster.secretariat,
                code="",
                since=roster.secretariat_since,
                until=None,
                source="",
                confirmed=True,
                is_of_roster=True,
            )
        )
    return tuple(found)


def _holder(row: OfficeRow) -> HolderView:
    return HolderView(
        office=row.office,
        holder=row.holder,
        code=row.code,
        since=row.since,
        until=row.until,
        source=row.source,
        confirmed=row.confirmed,
        is_of_roster=False,
    )
