# SPDX-License-Identifier: Apache-2.0
"""Writing evidence down; proposing, confirming, declining and naming contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.audit import services as audit
from havn.domain.cases import selectors as cases
from havn.domain.errors import NotFoundError, RefusedError, require_words
from havn.domain.tracing import rules
from havn.domain.tracing.models import Contact, HostingEvidence, ItemContact
from havn.lib.encoding import uuid4, uuid7

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact as somebody or something names it."""

    name: str
    email: str
    country: str = ""
    network: str = ""
    host: str = ""
    languages: tuple[str, ...] = ()  # none: that of the country


@dataclass(frozen=True, slots=True)
class Proposed:
    """The contact that an item has now."""

    contact_id: UUID
    is_confirmed: bool


@audit.action("evidence.recorded")
def record_evidence(
    *,
    item_id: UUID,
    findings: rules.Findings,
    place: rules.Place,
    waits_for: rules.WaitsFor,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Add what a trace found; older evidence of the item waits for nothing any more."""
    cases.item(item_id=item_id, actor=actor)
    settle_waiting(item_id=item_id, actor=actor)
    row = HostingEvidence.objects.create(
        id=uuid7(at),
        item_id=item_id,
        organisation=actor.scope,
        observed_at=at,
        outcome=rules.outcome_of(findings).value,
        resolved_addresses=list(findings.names.addresses),
        canonical_names=list(findings.names.canonical_names),
        name_servers=list(findings.names.name_servers),
        network=findings.network.network,
        network_name=findings.network.name,
        registry_country=findings.registry_country,
        network_country=findings.network.country,
        abuse_email=findings.network.abuse_email,
        abuse_name=findings.network.abuse_name,
        behind_proxy=place.behind_proxy,
        methods=list(findings.methods),
        dataset=findings.registry_files.name if findings.registry_files else "",
        dataset_date=findings.registry_files.made_on if findings.registry_files else None,
        failures=list(findings.failures),
        waits_for=waits_for.value,
    )
    audit.record(
        action="evidence.recorded",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"outcome": row.outcome, "waits_for": row.waits_for},
    )
    return row.id


def settle_waiting(*, item_id: UUID, actor: Actor) -> None:
    """Take an item off the list of what waits; part of a larger action."""
    rows = HostingEvidence.objects.filter(item_id=item_id, organisation=actor.scope)
    rows.exclude(waits_for="").update(waits_for="")


def await_person(*, item_id: UUID, waits_for: rules.WaitsFor, actor: Actor) -> None:
    """Put the newest evidence of an item on the list of what waits; part of a larger action."""
    settle_waiting(item_id=item_id, actor=actor)
    rows = HostingEvidence.objects.filter(item_id=item_id, organisation=actor.scope)
    newest = rows.order_by("-observed_at", "-id").first()
    if newest is not None:
        newest.waits_for = waits_for.value
        newest.save(update_fields=["waits_for"])


@audit.action("contact.proposed")
def propose_contact(
    *, item_id: UUID, findings: rules.Findings, actor: Actor, at: datetime
) -> Proposed | None:
    """Give the item its contact: a confirmed one for its host or network, else the registry's.

    Returns None where nobody is known; a declined contact is never proposed again.
    """
    cases.item(item_id=item_id, actor=actor)
    known = _confirmed_for(findings, actor)
    chosen = known or _found_contact(findings, actor, at=at)
    ItemContact.objects.filter(item_id=item_id).delete()
    if chosen is not None:
        ItemContact.objects.create(item_id=item_id, contact=chosen)
    audit.record(
        action="contact.proposed",
        actor=actor,
        subject_kind="item",
        subject_id=item_id,
        at=at,
        detail={"contact": str(chosen.id) if chosen else ""},
    )
    if chosen is None:
        return None
    return Proposed(chosen.id, is_confirmed=chosen.confirmed_at is not None)


def _confirmed_for(findings: rules.Findings, actor: Actor) -> Contact | None:
    usable = Contact.objects.filter(
        organisation=actor.scope, confirmed_at__isnull=False, declined_at__isnull=True
    ).order_by("-confirmed_at", "id")
    by_host = usable.filter(host=findings.host).exclude(host="").first()
    if by_host is not None or not findings.network.network:
        return by_host
    return usable.filter(network=findings.network.network, host="").first()


def _found_contact(findings: rules.Findings, actor: Actor, *, at: datetime) -> Contact | None:
    found = findings.network
    if not found.abuse_email:
        return None
    contact, _created = Contact.objects.get_or_create(
        organisation=actor.scope,
        email=found.abuse_email,
        network=found.network,
        host="",
        defaults={
            "id": uuid4(),
            "name": found.abuse_name or found.name or found.abuse_email,
            "country": found.country,
            "source": "rdap",
            "languages": [rules.language_of(found.country)],
            "found_at": at,
        },
    )
    return None if contact.declined_at is not None else contact


@audit.action("contact.confirmed")
def confirm_contact(
    *, contact_id: UUID, languages: Sequence[str], actor: Actor, at: datetime
) -> None:
    """Allow notices to a contact; a person of the desk says so, once, before its first use.

    Notices are written in the first language; with none given it stays as it was proposed.
    """
    _require_desk(actor)
    contact = _contact(contact_id, actor)
    if contact.declined_at is not None:
        raise RefusedError(
            "contact_declined",
            str(_("This contact was declined before. Name another one by hand.")),
        )
    contact.languages = _languages(languages or contact.languages)
    contact.confirmed_by = contact.confirmed_by or actor.identifier
    contact.confirmed_at = contact.confirmed_at or at
    contact.save(update_fields=["languages", "confirmed_by", "confirmed_at"])
    _record_contact("contact.confirmed", contact_id, actor, at)


@audit.action("contact.declined")
def decline_contact(*, contact_id: UUID, actor: Actor, at: datetime) -> None:
    """Let no further notice go to a contact: a person, the provider or its mail server says so."""
    if actor.kind is ActorKind.PERSON:
        _require_desk(actor)
    contact = _contact(contact_id, actor)
    contact.declined_at = contact.declined_at or at
    contact.save(update_fields=["declined_at"])
    _record_contact("contact.declined", contact_id, actor, at)


@audit.action("contact.named")
def name_contact(*, item_id: UUID, contact: NewContact, actor: Actor, at: datetime) -> UUID:
    """Give an item the contact that a person names; naming it is confirming it."""
    _require_desk(actor)
    cases.item(item_id=item_id, actor=actor)
    _check_new(contact)
    languages = _languages(contact.languages or [rules.language_of(contact.country)])
    row, _created = Contact.objects.update_or_create(
        organisation=actor.scope,
        email=contact.email.strip(),
        network=contact.network,
        host=contact.host,
        defaults={
            "name": contact.name.strip(),
            "country": contact.country.upper(),
            "source": "person",
            "languages": languages,
            "confirmed_by": actor.identifier,
            "confirmed_at": at,
            "declined_at": None,
        },
        create_defaults={
            "id": uuid4(),
            "name": contact.name.strip(),
            "country": contact.country.upper(),
            "source": "person",
            "languages": languages,
            "found_at": at,
            "confirmed_by": actor.identifier,
            "confirmed_at": at,
        },
    )
    ItemContact.objects.update_or_create(item_id=item_id, defaults={"contact": row})
    _record_contact("contact.named", row.id, actor, at)
    return row.id


def note_contact_used(*, contact_id: UUID, worked: bool, actor: Actor, at: datetime) -> None:
    """Keep when a contact last worked or failed; part of a larger action."""
    field = "last_success_at" if worked else "last_failure_at"
    Contact.objects.filter(pk=contact_id, organisation=actor.scope).update(**{field: at})


def _record_contact(action: str, contact_id: UUID, actor: Actor, at: datetime) -> None:
    audit.record(action=action, actor=actor, subject_kind="contact", subject_id=contact_id, at=at)


def _contact(contact_id: UUID, actor: Actor) -> Contact:
    contact = Contact.objects.filter(pk=contact_id, organisation=actor.scope).first()
    if contact is None:
        raise NotFoundError
    return contact


def _require_desk(actor: Actor) -> None:
    if not actor.has_role(Role.ANALYST, Role.SUPERVISOR):
        raise RefusedError(
            "not_your_role", str(_("Only an analyst or a supervisor may decide on contacts."))
        )


def _check_new(contact: NewContact) -> None:
    try:
        validate_email(contact.email.strip())
    except ValidationError as error:
        raise RefusedError(
            "bad_email",
            str(_("This is not an e-mail address. Write it like abuse@example.org.")),
        ) from error
    if not 0 < len(contact.name.strip()) <= _LONGEST_NAME:
        raise RefusedError("bad_name", str(_("Give the contact a name of 1 to 200 characters.")))
    require_words(contact.name)
    country = contact.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise RefusedError(
            "bad_country", str(_("Write the country as two letters, for example DK."))
        )


def _languages(languages: Sequence[str]) -> list[str]:
    spoken = {code for code, _name in settings.LANGUAGES}
    return [code for code in dict.fromkeys(languages) if code in spoken] or ["en"]
