# SPDX-License-Identifier: Apache-2.0
"""Turning addresses into items, many at a time: what is open is told again, the rest is opened."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from havn.domain.cases.models import ContentItem, ItemTelling, Report
from havn.domain.errors import RefusedError
from havn.lib.encoding import KEY_VERSION, Address, uuid4, uuid7

ROUNDS = 3  # an address can be opened and closed by others between two looks, but not for ever


@dataclass(frozen=True, slots=True)
class Inherited:
    """What an item has from the report, or from the paste, that named it first."""

    origin: str
    urgency: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Naming:
    """The addresses that one report names, each key once; `told_before` are items it told us of.

    Reports that are told of together belong to one organisation.
    """

    row: Report
    inherited: Inherited
    addresses: Sequence[Address]
    told_before: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """The open item of an address; a duplicate was open already, or was opened by somebody else."""

    item_id: UUID
    is_duplicate: bool


def digest_of(address: Address) -> str:
    """Return the SHA-256 of the address's key, by which duplicates are found."""
    return hashlib.sha256(address.key.encode()).hexdigest()


def tell_of(namings: Sequence[Naming], *, at: datetime) -> list[dict[str, Told]]:
    """Note that reports name addresses; return for each report the item of each, by the key.

    Where two reports of one organisation name the same new address, the first one opens it.
    """
    openers = {digest_of(each): (n, each) for n in reversed(namings) for each in n.addresses}
    found = _opened(openers, at=at)
    told: list[dict[str, Told]] = []
    tellings: list[tuple[Naming, Told]] = []
    for naming in namings:
        told.append({})
        for address in naming.addresses:
            digest = digest_of(address)
            each = found[digest]
            if openers[digest][0] is not naming:
                each = Told(each.item_id, is_duplicate=True)
            told[-1][address.key] = each
            if each.item_id not in naming.told_before:
                tellings.append((naming, each))
    keep_tellings(tellings)
    _count_again(Counter(each.item_id for _naming, each in tellings if each.is_duplicate))
    return told


def tell_described(namings: Sequence[Naming], *, at: datetime) -> list[Told]:
    """Open for each report one item without an address: what it describes."""
    items = [new_item(each, address=None, at=at) for each in namings]
    ContentItem.objects.bulk_create(items)
    told = [Told(item.pk, is_duplicate=False) for item in items]
    keep_tellings(list(zip(namings, told, strict=True)))
    return told


def keep_tellings(told: Sequence[tuple[Naming, Told]]) -> None:
    """Write down which report told us of which item."""
    ItemTelling.objects.bulk_create(
        [
            ItemTelling(
                id=uuid4(),
                item_id=each.item_id,
                report=naming.row,
                is_duplicate=each.is_duplicate,
                told_date=naming.inherited.received_at.date(),
            )
            for naming, each in told
        ]
    )


def _opened(openers: Mapping[str, tuple[Naming, Address]], *, at: datetime) -> dict[str, Told]:
    """Return by digest the item of each address, opened for its report where none was open.

    An address that somebody else opens at the same moment is theirs: the unique constraint decides,
    and the next look says whose the item is. One that was closed meanwhile is opened anew.
    """
    # In one order for everybody: two reports that name the same addresses never wait in a ring.
    missing = sorted(openers)
    found: dict[str, Told] = {}
    own: set[UUID] = set()
    for _round in range(ROUNDS):
        organisations = {naming.row.organisation for naming, _address in openers.values()}
        for digest, item_id in _open_items(organisations, missing).items():
            found[digest] = Told(item_id, is_duplicate=item_id not in own)
        missing = [digest for digest in missing if digest not in found]
        if not missing:
            missing = _closed_since(found, own)
        if not missing:
            return found
        found = {digest: each for digest, each in found.items() if digest not in missing}
        fresh = [new_item(openers[each][0], address=openers[each][1], at=at) for each in missing]
        own |= {item.pk for item in fresh}
        ContentItem.objects.bulk_create(fresh, ignore_conflicts=True)
    raise RefusedError(
        "changed_meanwhile", _("Somebody changed this item at the same moment. Look again.")
    )


def _closed_since(found: Mapping[str, Told], own: Collection[UUID]) -> list[str]:
    """Lock the items of others and return the digests of those that are not open any more.

    All others stay open until the transaction ends. They are locked in one order, so that nobody
    waits in a ring.
    """
    others = {each.item_id for each in found.values()} - set(own)
    rows = ContentItem.objects.filter(pk__in=others, is_open=True)
    still = set(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    gone = others - still
    return sorted(digest for digest, each in found.items() if each.item_id in gone)


def _open_items(organisations: Collection[UUID], digests: Collection[str]) -> dict[str, UUID]:
    rows = ContentItem.objects.filter(
        organisation__in=organisations,
        key_version=KEY_VERSION,
        key_digest__in=list(digests),
        is_open=True,
    )
    return dict(rows.values_list("key_digest", "pk"))


def new_item(naming: Naming, *, address: Address | None, at: datetime) -> ContentItem:
    """Return an item of the report that is not stored yet; without an address it is described."""
    item = ContentItem(
        id=uuid7(at),
        organisation=naming.row.organisation,
        report=naming.row,
        kind="described",
        origin=naming.inherited.origin,
        urgency=naming.inherited.urgency,
        received_at=naming.inherited.received_at,
        recorded_at=at,
    )
    if address is not None:
        item.kind = "address"
        item.as_given, item.href, item.host = address.as_given, address.href, address.host
        item.key, item.key_version = address.key, address.key_version
        item.key_digest = digest_of(address)
    return item


def _count_again(times: Mapping[UUID, int]) -> None:
    """Count further tellings of items, which are locked already."""
    for many in sorted(set(times.values())):
        alike = [item_id for item_id, count in times.items() if count == many]
        ContentItem.objects.filter(pk__in=alike).update(told_times=F("told_times") + many)
