# SPDX-License-Identifier: Apache-2.0
"""Reading what other nodes were asked and saw, and what they may read of ours."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind
from havn.domain.errors import NotFoundError
from havn.domain.takedown import rules
from havn.domain.takedown.models import Check, VantageAsk, VantageLook
from havn.domain.takedown.rules import OWN_VANTAGE, Agreement, AskState, LookState, VerdictKind
from havn.domain.takedown.selectors._access import require_desk
from havn.domain.takedown.selectors._views import CheckView, check_view
from havn.lib.sealing import open_sealed

ASK_PURPOSE = "vantage-ask"

AGREEMENT_SENTENCES = {
    Agreement.NOBODY: "",
    Agreement.GONE_TOO: _("Other countries find it gone too."),
    Agreement.THERE_TOO: _("Other countries see it too."),
    Agreement.THERE_ELSEWHERE: _(
        "It does not show here, but another country sees it: the site hides it from this country or "
        "from us. It is not removed. Look in the isolated viewer, and tell the provider."
    ),
    Agreement.THERE_UNSEEN: _("Another country sees it. From here nothing was looked at yet."),
    Agreement.GONE_ELSEWHERE: _(
        "It does not show in another country: the provider may only have hidden it there."
    ),
    Agreement.NOTHING_SURE: _("What other countries see proves nothing."),
}


@dataclass(frozen=True, slots=True)
class AskView:
    """One question to another node, as the item's page shows it."""

    id: UUID
    country: str
    reason: str
    state: str
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    last_failure: str

    @property
    def is_open(self) -> bool:
        """Whether an answer may still come."""
        return self.state in rules.OPEN_ASKS


@dataclass(frozen=True, slots=True)
class AskToWork:
    """One question as the worker needs it; where it is to go, and since when it waits."""

    id: UUID
    item_id: UUID
    node_id: UUID
    country: str
    state: AskState
    asked_at: datetime
    last_failure: str

    @property
    def is_open(self) -> bool:
        """Whether there is anything to do about it."""
        return self.state in rules.OPEN_ASKS


@dataclass(frozen=True, slots=True)
class LookToDo:
    """What another node asked us to look at, opened for the look."""

    address: str
    came_from: str


@dataclass(frozen=True, slots=True)
class SeenFromElsewhere:
    """What all vantages say of an item, with the last look of each and what is still asked."""

    agreement: Agreement
    sentence: str
    looks: tuple[CheckView, ...]
    asks: tuple[AskView, ...]

    @property
    def is_asking(self) -> bool:
        """Whether an answer may still come."""
        return any(ask.is_open for ask in self.asks)


def ask(*, ask_id: UUID, actor: Actor) -> AskToWork:
    """Return one of our questions to the worker; raises NotFoundError."""
    row = VantageAsk.objects.filter(pk=ask_id, organisation=actor.scope).first()
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    return AskToWork(
        id=row.id,
        item_id=row.item_id,
        node_id=row.node_id,
        country=row.country,
        state=AskState(row.state),
        asked_at=row.asked_at,
        last_failure=row.last_failure,
    )


def verdicts_elsewhere(
    *, item_id: UUID, actor: Actor, since: datetime | None = None
) -> list[VerdictKind]:
    """Return the last verdict of each other vantage, of looks at `since` or later."""
    rows = _last_looks(item_id, actor)
    return [VerdictKind(row.verdict) for row in rows if since is None or row.checked_at >= since]


def seen_from_elsewhere(*, item_id: UUID, actor: Actor, most: int = 10) -> SeenFromElsewhere:
    """Return what other nodes were asked and saw of an item of the actor's organisation."""
    require_desk(actor)
    mine = Check.objects.filter(item_id=item_id, organisation=actor.scope, vantage=OWN_VANTAGE)
    own = mine.order_by("-checked_at", "-id").values_list("verdict", flat=True).first()
    looks = _last_looks(item_id, actor)
    found = rules.agreement(
        VerdictKind(own) if own else None, [VerdictKind(row.verdict) for row in looks]
    )
    asks = VantageAsk.objects.filter(item_id=item_id, organisation=actor.scope)
    return SeenFromElsewhere(
        agreement=found,
        sentence=str(AGREEMENT_SENTENCES[found]),
        looks=tuple(check_view(row) for row in looks),
        asks=tuple(_ask_view(row) for row in asks.order_by("-asked_at", "country")[:most]),
    )


def _last_looks(item_id: UUID, actor: Actor) -> list[Check]:
    rows = Check.objects.filter(item_id=item_id, organisation=actor.scope)
    last: dict[str, Check] = {}
    for row in rows.exclude(vantage=OWN_VANTAGE).order_by("checked_at", "id"):
        last[row.vantage] = row
    return [last[name] for name in sorted(last)]


def _ask_view(row: VantageAsk) -> AskView:
    return AskView(
        id=row.id,
        country=row.country,
        reason=row.reason,
        state=row.state,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        last_failure=row.last_failure,
    )


def look_to_do(*, look_id: UUID, actor: Actor) -> LookToDo | None:
    """Return what the worker is to look at for another node, or None when that was done."""
    row = VantageLook.objects.filter(pk=look_id, organisation=actor.scope).first()
    if row is None or actor.kind is not ActorKind.SYSTEM:
        raise NotFoundError
    if row.state != LookState.WAITING:
        return None
    private = settings.HAVN_KEYRING.read("desk-opening-key")
    named = json.loads(open_sealed(bytes(row.sealed_ask), private, purpose=ASK_PURPOSE))
    return LookToDo(address=str(named["address"]), came_from=str(named["came_from"]))


def look_for_asker(*, ask_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return the answer to another node's own question; raises NotFoundError for all others."""  # V9
    if actor.kind is not ActorKind.NODE or actor.identifier is None:
        raise NotFoundError
    row = VantageLook.objects.filter(
        asker=actor.identifier, ask_id=ask_id, organisation=actor.scope
    ).first()
    if row is None:
        raise NotFoundError
    seen = {name: value for name, value in row.seen.items() if name != "v"}
    return rules.answer_document(ask_id, LookState(row.state), refused=row.refusal, seen=seen)
