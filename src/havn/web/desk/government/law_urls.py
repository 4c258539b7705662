# SPDX-License-Identifier: Apache-2.0
"""URLs of law at the government's desk; gaps between countries are for rapporteurs alone."""

from __future__ import annotations

from havn.domain.actor import Role
from havn.lib.http import FORM
from havn.web.desk.access import GOVERNMENT, act, page
from havn.web.desk.government import law, law_gaps

_RAPPORTEUR = frozenset({Role.RAPPORTEUR})
urlpatterns = [
    page("law/", law.criteria, name="law", roles=GOVERNMENT),
    page("law/criterion/<str:key>/", law.criterion, name="law_criterion", roles=GOVERNMENT),
    page(
        "law/criterion/<str:key>/assess/",
        law.assess,
        name="law_assess",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page("law/reviews/", law.reviews, name="law_reviews", roles=GOVERNMENT),
    page("law/answer/<uuid:answer_id>/", law.answer, name="law_answer", roles=GOVERNMENT),
    page(
        "law/answer/<uuid:answer_id>/review/",
        law.review,
        name="law_review",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(
        "law/answer/<uuid:answer_id>/dispute/",
        law.dispute,
        name="law_dispute",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page("law/disputes/", law.disputes, name="law_disputes", roles=GOVERNMENT),
    page(
        "law/dispute/<uuid:dispute_id>/reply/",
        law.reply,
        name="law_reply",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page("law/gaps/", law_gaps.pairs, name="law_gaps", roles=_RAPPORTEUR),
    page("law/gaps/three/", law_gaps.triple, name="law_triple", roles=_RAPPORTEUR),
    act("law/gaps/promise/", law_gaps.promise, name="law_promise", roles=_RAPPORTEUR, body=FORM),
]
