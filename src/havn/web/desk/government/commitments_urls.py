# SPDX-License-Identifier: Apache-2.0
"""URLs of promises and political acts; who may take a step is what the table of moves says."""

from __future__ import annotations

from functools import partial, update_wrapper
from typing import TYPE_CHECKING, Any

from havn.domain.commitments import rules
from havn.domain.commitments.rules import Kind
from havn.lib.http import FORM, FORM_LARGE
from havn.web.desk.access import GOVERNMENT, page
from havn.web.desk.government import commitments_acts as acts
from havn.web.desk.government import commitments_views as views

if TYPE_CHECKING:
    from django.urls import URLPattern


def _step(kind: Kind) -> URLPattern:
    """Return the URL of the page of one step."""
    view: Any = update_wrapper(partial(views.step, kind=kind), views.step)
    return page(
        f"promises/<uuid:commitment_id>/{kind.value}/",
        view,
        name=views.STEPS[kind].name,
        roles=rules.move_of(kind).who,
        body=FORM,
    )


urlpatterns = [
    page("promises/", views.commitments, name="commitments", roles=GOVERNMENT),
    page(
        "promises/propose/",
        views.propose,
        name="propose_commitment",
        roles=rules.MAY_PROPOSE,
        body=FORM_LARGE,
    ),
    page("promises/<uuid:commitment_id>/", views.commitment, name="commitment", roles=GOVERNMENT),
    page(
        "promises/<uuid:commitment_id>/versions/",
        views.history,
        name="commitment_history",
        roles=GOVERNMENT,
    ),
    page(
        "promises/<uuid:commitment_id>/edit/",
        views.edit,
        name="edit_commitment",
        roles=rules.move_of(Kind.EDITED).who,
        body=FORM_LARGE,
    ),
    *(_step(kind) for kind in views.STEPS),
    page("politics/", acts.political_acts, name="political_acts", roles=GOVERNMENT),
    page(
        "politics/add/",
        acts.state,
        name="state_political_act",
        roles=rules.MAY_PROPOSE,
        body=FORM,
    ),
    page(
        "politics/<uuid:act_id>/correct/",
        acts.correct,
        name="correct_political_act",
        roles=rules.MAY_PROPOSE,
        body=FORM,
    ),
]
