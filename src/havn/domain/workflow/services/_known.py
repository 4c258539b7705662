# SPDX-License-Identifier: Apache-2.0
"""Part of other actions: that others are to be asked about an address, and that what they were told is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from havn.domain.actor import Actor
from havn.domain.assessment import selectors as assessment
from havn.domain.members import selectors as members
from havn.domain.referral import selectors as referrals
from havn.domain.referral import services as referral


def note_to_ask(item_ids: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """Note addresses that were filed just now; where no alliance was joined there is nobody to ask. (E43)"""
    if item_ids and members.roster_state(actor=actor).has_joined:
        referral.note_to_ask(item_ids=item_ids, actor=actor, at=at)


def tell_if_withdrawn(item_ids: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """Tell whom we told, of those items that our own people do not find baseline any more. (E45)"""
    system = Actor.system(organisation=actor.organisation)
    told = referrals.items_told(item_ids=item_ids, actor=system)
    if not told:
        return
    still = assessment.own_baseline(item_ids=told, actor=system)
    referral.withdraw_told(item_ids=told - still.keys(), actor=system, at=at)
