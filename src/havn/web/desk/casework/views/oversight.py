# SPDX-License-Identifier: Apache-2.0
"""For supervisor and operator: what is stuck, what was given up, who works here, the policy."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from havn.domain.accounts import selectors as people
from havn.domain.jobs import services as jobs
from havn.domain.members import selectors as members
from havn.domain.workflow.services import casework
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.casework import screens, words

if TYPE_CHECKING:
    from havn.web.desk.access import DeskRequest


def supervise(request: DeskRequest) -> HttpResponse:
    """Show what waits for a supervisor, and for what every open item waits."""
    return screens.supervision(request)


def resume(request: DeskRequest, item_id: UUID) -> HttpResponse:
    """Order the machine's work on an item again."""
    casework.work_resumed(item_id=item_id, actor=request.actor, at=now())
    return pages.done(request, _("Its work is ordered again."), "desk:supervise")


def trouble(request: DeskRequest, after: str = "") -> HttpResponse:
    """Show work that was given up, and to a supervisor the items that the machine works on."""
    return screens.trouble(request, after)


def retry(request: DeskRequest, job_id: UUID) -> HttpResponse:
    """Put given-up work back."""
    jobs.retry_job(job_id=job_id, actor=request.actor, at=now())
    return pages.done(request, _("It is tried again now."), "desk:trouble")


def staff(request: DeskRequest) -> HttpResponse:
    """List the people of the organisation."""
    found = people.staff(actor=request.actor)
    return screens.show(request, "staff", _("Staff"), people=found)


def node(request: DeskRequest) -> HttpResponse:
    """Show who this node is and the policy in force."""
    own = members.own_node(actor=request.actor)
    policy = sorted(asdict(settings.HAVN_POLICY).items())
    rows = [(name, words.setting(value)) for name, value in policy]
    return screens.show(request, "node", _("This node"), node=words.node(own), policy=rows)
