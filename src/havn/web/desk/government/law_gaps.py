# SPDX-License-Identifier: Apache-2.0
"""Pages of gaps between laws, for rapporteurs alone: pairs of countries, three of them, and a promise out of a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from havn.domain.errors import RefusedError
from havn.domain.legislation import selectors
from havn.domain.legislation.selectors import GapFilter
from havn.domain.members import selectors as members
from havn.domain.workflow.services import law as workflow
from havn.lib.clock import now
from havn.web.desk import pages
from havn.web.desk.government import law_forms as forms
from havn.web.desk.government.law import names_of, show
from havn.web.frame import law as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpResponse

    from havn.domain.legislation.selectors import DecidingView, GapView
    from havn.web.desk.access import DeskRequest

_PARTS = {"a": "A", "v": "V", "c": "C", "v or c": gettext_lazy("V or C")}
_FILTERS = ("rule", "country", "result")


def pairs(request: DeskRequest) -> HttpResponse:
    """Show gaps between two countries: first those that cost cases, then the most open ones."""
    names = names_of(request)
    chosen = {name: request.GET.get(name, "") for name in _FILTERS}
    form = forms.GapForm(chosen, countries=names)
    wanted = GapFilter(**chosen) if form.is_valid() else GapFilter()
    page = selectors.pair_gaps(
        wanted=wanted,
        referrals=selectors.own_referrals(actor=request.actor),
        actor=request.actor,
        after=request.GET.get("after", ""),
    )
    own = members.own_node(actor=request.actor).member_code
    following = urlencode({**chosen, "after": page.next_after}) if page.next_after else ""
    return show(
        request,
        "pairs",
        _("Gaps between two laws"),
        form=form,
        rows=[_row(gap, names, own) for gap in page.gaps],
        computed_on=page.computed_on,
        is_under_way=page.is_under_way,
        next_address=f"?{following}" if following else "",
        back_address=reverse("government:law"),
        back_text=_("Law"),
    )


def triple(request: DeskRequest) -> HttpResponse:
    """Show what each rule says of three countries, and of a suspect from a fourth."""
    names = names_of(request)
    form = forms.TripleForm(request.GET or None, countries=names)
    findings: Iterable[dict[str, Any]] = ()
    if form.is_valid():
        found = selectors.triple(**form.cleaned_data, actor=request.actor)
        findings = [
            {
                "rule": rule,
                "name": _(rule.name),
                "result": words.RESULTS[result.value],
                "strength": _strength(strength, rule.unit),
                "deciding": _deciding(deciding, names),
            }
            for rule, result, strength, deciding in found.findings
        ]
    return show(
        request,
        "triple",
        _("Gaps between three laws"),
        status=422 if form.is_bound and not form.is_valid() else 200,
        form=form,
        findings=findings,
        back_address=reverse("government:law_gaps"),
        back_text=_("Gaps between two laws"),
    )


def promise(request: DeskRequest) -> HttpResponse:
    """Make a draft of a promise out of a gap that the own law can close."""
    given = {name: request.POST.get(name, "") for name in ("rule", "first", "second")}
    try:
        promise_id = workflow.promise_from_gap(**given, actor=request.actor, at=now())
    except RefusedError as error:
        return pages.refused(request, error, "government:law_gaps")
    sentence = _("A draft was proposed. Nobody outside sees it until a signatory adopts it.")
    return pages.done(request, sentence, "government:commitment", promise_id)


def _row(gap: GapView, names: Mapping[str, str], own: str) -> dict[str, Any]:
    return {
        "rule": gap.rule,
        "name": _(gap.rule.name),
        "first": names.get(gap.first, gap.first),
        "second": names.get(gap.second, gap.second),
        "codes": {"rule": gap.rule.id, "first": gap.first, "second": gap.second},
        "roles": [_PARTS[role] for role in gap.rule.roles],
        "result": words.RESULTS[gap.result.value],
        "strength": _strength(gap.strength, gap.rule.unit),
        "since": gap.since,
        "referrals": gap.referrals,
        "deciding": _deciding(gap.deciding, names),
        "may_promise": gap.result.value in {"open", "narrow"}
        and any(each.member == own for each in gap.deciding),
    }


def _strength(strength: Any, unit: str) -> str:
    return (
        "" if strength is None else f"{strength.normalize():f} {_(unit) if unit else ''}".strip()
    )


def _deciding(found: Iterable[DecidingView], names: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "country": names.get(each.member, each.member),
            "key": each.criterion.key,
            "value": str(words.VALUES[each.answer.value.value]),
            "number": words.number_text(each.criterion, each.answer),
            "law": f"{each.law}, {each.article}" if each.law else "",
        }
        for each in found
    ]
