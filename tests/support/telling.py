# SPDX-License-Identifier: Apache-2.0
"""Items from the trace to the notice, moved on by the services alone: no worker, no mail server."""

from __future__ import annotations

from uuid import UUID

from havn.domain.takedown.models import Notice
from havn.domain.tracing import selectors as tracing
from havn.domain.tracing.rules import Findings, NameFound
from havn.domain.workflow.services import telling as casework
from tests.support.casework import SmallNode
from tests.support.outside import ADDRESS, HOST, NETWORK

HERE = Findings(HOST, NameFound((ADDRESS,)), NETWORK, registry_country="DK")


def traced(node: SmallNode, findings: Findings = HERE, item_id: UUID | None = None) -> UUID:
    """Return an item that was traced, confirmed by an assessment before."""
    found = item_id or node.confirmed_item()
    casework.trace_finished(item_id=found, findings=findings, actor=node.system, at=node.at)
    return found


def confirmed(node: SmallNode, item_id: UUID) -> int:
    """Confirm the contact of an item; returns how many notices wait since."""
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    assert contact is not None
    return casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )


def queued(node: SmallNode) -> tuple[UUID, UUID]:
    """Return an item whose notice waits, and the notice."""
    item_id = traced(node)
    confirmed(node, item_id)
    return item_id, Notice.objects.get(item_id=item_id).id


def sent(node: SmallNode) -> tuple[UUID, UUID]:
    """Return an item whose provider was told, and the notice."""
    item_id, notice_id = queued(node)
    casework.notice_handed_over(notice_id=notice_id, actor=node.system, at=node.at)
    casework.notice_sent(notice_id=notice_id, actor=node.system, at=node.at)
    return item_id, notice_id
