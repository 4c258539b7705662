# SPDX-License-Identifier: Apache-2.0
"""Reading evidence, contacts, and what waits for a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.cases.rules import Place
from havn.domain.errors import NotFoundError
from havn.domain.tracing.models import Contact, HostingEvidence, ItemContact

SENTENCES = {
    "no_such_name": gettext_lazy(
        "The name does not exist any more. It is looked up again once in a while."
    ),
    "no_address": gettext_lazy(
        "The name exists but leads nowhere. It is looked up again once in a while."
    ),
    "resolver_dead": gettext_lazy(
        "No name server answered. The trace is tried again by itself; if this stays, ask the "
        "operator to check the name servers of this node."
    ),
    "rdap_rate_limited": gettext_lazy(
        "The registry asked us to slow down. The trace is tried again later by itself."
    ),
    "rdap_not_found": gettext_lazy(
        "The registry does not know this network. Name a contact by hand."
    ),
    "rdap_unreachable": gettext_lazy(
        "The registry did not answer. The trace is tried again by itself."
    ),
    "rdap_unreadable": gettext_lazy(
        "The registry answered something that cannot be read. The trace is tried again by itself."
    ),
    "rdap_no_server": gettext_lazy(
        "No registry is listed for this network. The trace is tried again by itself; or name a "
        "contact by hand."
    ),
}
_WAITING = {
    "contact": gettext_lazy("Check that this is the right contact, then confirm it."),
    "no_contact": gettext_lazy("No contact was found. Name one by hand."),
    "country": gettext_lazy("It is not certain where this is hosted. Say in which country."),
}


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What one trace found, as a page shows it; registration and location stay apart."""

    id: UUID
    item_id: UUID
    observed_at: datetime
    outcome: str
    waits_for: str
    resolved_addresses: tuple[str, ...]
    canonical_names: tuple[str, ...]
    name_servers: tuple[str, ...]
    network: str
    network_name: str
    registry_country: str
    network_country: str
    dataset: str
    dataset_date: date | None
    behind_proxy: str
    abuse_name: str
    abuse_email: str
    methods: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ContactView:
    """Whom to notify, as a page shows it."""

    id: UUID
    name: str
    email: str
    country: str
    network: str
    host: str
    source: str
    languages: tuple[str, ...]
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    declined_at: datetime | None
    last_success_at: datetime | None
    last_failure_at: datetime | None

    @property
    def is_confirmed(self) -> bool:
        """Whether a notice may go there."""
        return self.confirmed_at is not None and self.declined_at is None


@dataclass(frozen=True, slots=True)
class ContactToConfirm:
    """An item whose trace waits, and for what; `evidence_id` is the key of the next page."""

    evidence_id: UUID
    item_id: UUID
    host: str
    waits_for: str
    sentence: str
    contact_id: UUID | None
    contact_name: str
    contact_email: str
    contact_source: str
    contact_language: str
    network: str
    network_name: str
    registry_country: str
    network_country: str
    dataset: str
    dataset_date: date | None
    behind_proxy: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class LastTrace:
    """What a notice and a retry need to know of the newest trace of an item."""

    evidence_id: UUID
    outcome: str
    waits_for: str
    network: str
    resolved_addresses: tuple[str, ...]
    behind_proxy: str


def sentence_of(code: str) -> str:
    """Return what a failure means and what to do."""
    return str(SENTENCES.get(code, code))


def evidence(*, item_id: UUID, actor: Actor) -> list[EvidenceView]:
    """Return what traces found about an item of the actor's organisation, newest first."""
    _require_desk(actor)
    rows = HostingEvidence.objects.filter(item_id=item_id, organisation=actor.scope)
    return [_evidence_view(row) for row in rows.order_by("-observed_at", "-id")[:50]]


def last_trace(*, item_id: UUID, actor: Actor) -> LastTrace | None:
    """Return the newest trace of an item, or None."""
    row = _newest(item_id=item_id, actor=actor)
    if row is None:
        return None
    return LastTrace(
        evidence_id=row.id,
        outcome=row.outcome,
        waits_for=row.waits_for,
        network=row.network,
        resolved_addresses=tuple(row.resolved_addresses),
        behind_proxy=row.behind_proxy,
    )


def traces_made(*, item_id: UUID, actor: Actor) -> int:
    """Return how often an item was traced."""
    return HostingEvidence.objects.filter(item_id=item_id, organisation=actor.scope).count()


def contacts_to_confirm(
    *, actor: Actor, after: UUID | None = None, most: int = 50
) -> list[ContactToConfirm]:
    """Return traced items that wait for a person or a retry, oldest first, from after a key."""
    _require_desk(actor)
    rows = HostingEvidence.objects.filter(organisation=actor.scope).exclude(waits_for="")
    if after is not None:
        rows = rows.filter(id__gt=after)
    found = list(rows.order_by("id")[:most])
    item_ids = [row.item_id for row in found]
    chosen = _contacts_of(item_ids)
    lines = cases.item_lines(item_ids=item_ids, actor=actor)
    return [
        _to_confirm(row, lines[row.item_id].host, chosen.get(row.item_id))
        for row in found
        if row.item_id in lines
    ]


def items_without_contact(*, actor: Actor, at: datetime, after: str = "") -> cases.ItemPage:
    """Return items that need a contact although no trace of theirs waits, the oldest first.

    Nobody provides them, or the work about them was taken back: only a person finds a way on.
    """
    waiting = HostingEvidence.objects.filter(organisation=actor.scope).exclude(waits_for="")
    return cases.items_at(
        place=Place.CONTACTS, actor=actor, at=at, without=waiting.values("item_id"), after=after
    )


def count_to_confirm(*, actor: Actor) -> int:
    """Return how many traced items wait."""
    _require_desk(actor)
    rows = HostingEvidence.objects.filter(organisation=actor.scope)
    return rows.exclude(waits_for="").count()


def contact(*, contact_id: UUID, actor: Actor) -> ContactView:
    """Return a contact of the actor's organisation; raises NotFoundError."""
    _require_desk(actor)
    row = Contact.objects.filter(pk=contact_id, organisation=actor.scope).first()
    if row is None:
        raise NotFoundError
    return _contact_view(row)


def contact_of_item(*, item_id: UUID, actor: Actor) -> ContactView | None:
    """Return the contact that was proposed for an item, or None."""
    _require_desk(actor)
    chosen = _contacts_of([item_id]).get(item_id)
    if chosen is None or chosen.organisation != actor.organisation:
        return None
    return _contact_view(chosen)


def items_of_contact(*, contact_id: UUID, actor: Actor) -> list[UUID]:
    """Return the items for which a contact was proposed."""
    rows = ItemContact.objects.filter(contact_id=contact_id, contact__organisation=actor.scope)
    return list(rows.order_by("item_id").values_list("item_id", flat=True))


def _require_desk(actor: Actor) -> None:
    if not actor.may_see_cases:
        raise NotFoundError


def _newest(*, item_id: UUID, actor: Actor) -> HostingEvidence | None:
    rows = HostingEvidence.objects.filter(item_id=item_id, organisation=actor.scope)
    return rows.order_by("-observed_at", "-id").first()


def _contacts_of(items: list[UUID]) -> dict[UUID, Contact]:
    rows = ItemContact.objects.filter(item_id__in=items).select_related("contact")
    return {row.item_id: row.contact for row in rows}


def _evidence_view(row: HostingEvidence) -> EvidenceView:
    return EvidenceView(
        id=row.id,
        item_id=row.item_id,
        observed_at=row.observed_at,
        outcome=row.outcome,
        waits_for=row.waits_for,
        resolved_addresses=tuple(row.resolved_addresses),
        canonical_names=tuple(row.canonical_names),
        name_servers=tuple(row.name_servers),
        network=row.network,
        network_name=row.network_name,
        registry_country=row.registry_country,
        network_country=row.network_country,
        dataset=row.dataset,
        dataset_date=row.dataset_date,
        behind_proxy=row.behind_proxy,
        abuse_name=row.abuse_name,
        abuse_email=row.abuse_email,
        methods=tuple(row.methods),
        failures=tuple((code, sentence_of(code)) for code in row.failures),
    )


def _contact_view(row: Contact) -> ContactView:
    return ContactView(
        id=row.id,
        name=row.name,
        email=row.email,
        country=row.country,
        network=row.network,
        host=row.host,
        source=row.source,
        languages=tuple(row.languages),
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        declined_at=row.declined_at,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
    )


def _to_confirm(row: HostingEvidence, host: str, chosen: Contact | None) -> ContactToConfirm:
    return ContactToConfirm(
        evidence_id=row.id,
        item_id=row.item_id,
        host=host,
        waits_for=row.waits_for,
        sentence=_waiting_sentence(row),
        contact_id=chosen.id if chosen else None,
        contact_name=chosen.name if chosen else "",
        contact_email=chosen.email if chosen else "",
        contact_source=chosen.source if chosen else "",
        contact_language=chosen.languages[0] if chosen and chosen.languages else "",
        network=row.network,
        network_name=row.network_name,
        registry_country=row.registry_country,
        network_country=row.network_country,
        dataset=row.dataset,
        dataset_date=row.dataset_date,
        behind_proxy=row.behind_proxy,
        observed_at=row.observed_at,
    )


def _waiting_sentence(row: HostingEvidence) -> str:
    if row.failures and row.waits_for == "retry":
        return sentence_of(row.failures[-1])
    sentence = str(_WAITING.get(row.waits_for, ""))
    if row.behind_proxy:
        behind = _("The hosting is unknown behind %(proxy)s.") % {"proxy": row.behind_proxy}
        return f"{behind} {sentence}"
    return sentence


def contact_names(*, ids: Collection[str], actor: Actor) -> dict[str, str]:
    """Return what providers are called, by the id of their contact; who is not known is not there."""
    known = [found for found in map(_uuid_of, ids) if found is not None]
    rows = Contact.objects.filter(pk__in=known, organisation=actor.scope)
    return {str(key): name for key, name in rows.values_list("id", "name")}


def _uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
