# SPDX-License-Identifier: Apache-2.0
"""What a referral carries, put together from the record; personal data only where they may travel."""

from __future__ import annotations

from datetime import datetime

from havn.domain.actor import Actor
from havn.domain.cases import selectors as cases
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.referral.rules import (
    CONTACT_NAMES,
    TEXT_NAMES,
    Clocks,
    Hold,
    Hosting,
    Item,
    Personal,
    Referral,
    Why,
)
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import _referrals


def content_of(
    item: cases.ItemView, *, why: Why, with_personal: bool, actor: Actor, at: datetime
) -> Referral:
    """Return all that travels about an item; opening what is sealed leaves reading entries of the actor."""
    system = Actor.system(organisation=actor.organisation)
    last = referrals.open_in_of_item(item_id=item.id, actor=system)
    own = members.own_node(actor=actor).node_id
    reach = cases.item_reach(item_id=item.id, actor=actor, at=at)
    return Referral(
        why=why,
        item=Item(
            address=item.href,
            received_at=item.received_at,
            told_times=item.told_times,
            came_from=reach.came_from,
            path=reach.path,
        ),
        assessment=_referrals.made_of(item, actor=system),
        hosting=hosting_of(item, actor=actor),
        clocks=Clocks(
            received_at=last.first_received_at if last else item.received_at,
            police_told_at=item.police_told_at,
            provider_told_at=item.provider_told_at,
            removed_at=item.removed_at,
        ),
        chain=(*(last.chain if last else ()), own),
        hold=_hold_on(item, actor=actor, at=at),
        personal=_personal(item, actor=actor, at=at) if with_personal else None,
    )


def hosting_of(item: cases.ItemView, *, actor: Actor) -> Hosting:
    """Return in which country an item is hosted, and the newest evidence of it."""
    found = tracing.evidence(item_id=item.id, actor=actor)
    if not found:
        return Hosting(country=item.hosting_country)  # a person decided
    newest = found[0]
    return Hosting(
        country=item.hosting_country,
        observed_at=newest.observed_at,
        addresses=newest.resolved_addresses,
        network=newest.network,
        network_name=newest.network_name,
        registry_country=newest.registry_country,
        network_country=newest.network_country,
        registry_files=newest.dataset,
        registry_files_date=newest.dataset_date,
        behind_proxy=newest.behind_proxy,
    )


def _hold_on(item: cases.ItemView, *, actor: Actor, at: datetime) -> Hold | None:
    holds = cases.holds_on_item(item_id=item.id, actor=actor, at=at)
    if not holds:
        return None
    last = max(holds, key=lambda hold: hold.until)
    return Hold(since=last.placed_at, until=last.until)


def _personal(item: cases.ItemView, *, actor: Actor, at: datetime) -> Personal:
    """Return what the reporter wrote; how to reach them only where they consented that others learn it."""
    texts = cases.report_texts(report_id=item.report_id, actor=actor, at=at)
    contact: dict[str, str] = {}
    if item.has_contact and item.has_police_consent:
        contact = cases.report_contact(report_id=item.report_id, actor=actor, at=at)
    return Personal(
        texts={name: text for name, text in texts.items() if name in TEXT_NAMES},
        contact={name: text for name, text in contact.items() if name in CONTACT_NAMES},
    )
