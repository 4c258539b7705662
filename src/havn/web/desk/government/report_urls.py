# SPDX-License-Identifier: Apache-2.0
"""URLs of the national report on the desk."""

from __future__ import annotations

from havn.domain.actor import Role
from havn.lib.http import FORM, FORM_LARGE
from havn.web.desk.access import GOVERNMENT, act, page
from havn.web.desk.government import (
    report,
    report_files,
    report_hub,
    report_offices,
    report_parts,
    report_release,
    report_texts,
)

_RAPPORTEUR = frozenset({Role.RAPPORTEUR})
_OWNER = frozenset({Role.DATA_OWNER})
_RELEASING = frozenset({Role.RAPPORTEUR, Role.SIGNATORY})
_ONE = "report/<uuid:national_id>/"

urlpatterns = [
    page("report/", report.reports, name="reports", roles=GOVERNMENT),
    act("report/begin/", report.begin, name="report_begin", roles=_RAPPORTEUR, body=FORM),
    page(
        "report/half-year/<uuid:update>/withdraw/",
        report_hub.withdraw_half_year,
        name="half_year_withdraw",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(_ONE, report.overview, name="national_report", roles=GOVERNMENT),
    page(f"{_ONE}figures/", report.figures, name="report_figures", roles=GOVERNMENT),
    page(f"{_ONE}whole/", report.whole, name="report_whole", roles=GOVERNMENT),
    page(f"{_ONE}brief/", report.brief, name="report_brief", roles=_RELEASING),
    page(f"{_ONE}report.pdf", report_files.whole, name="report_pdf", roles=GOVERNMENT),
    page(f"{_ONE}brief.pdf", report_files.brief, name="report_brief_pdf", roles=_RELEASING),
    page(f"{_ONE}tables.csv", report_files.tables, name="report_tables", roles=GOVERNMENT),
    page(f"{_ONE}draft.docx", report_files.draft, name="report_draft", roles=_RAPPORTEUR),
    page(
        f"{_ONE}texts-back/",
        report_files.texts_back,
        name="report_texts_back",
        roles=_RAPPORTEUR,
        body=FORM_LARGE,
    ),
    page(f"{_ONE}texts/", report_texts.texts, name="report_texts", roles=GOVERNMENT),
    page(
        f"{_ONE}texts/<str:kind>/<str:language>/",
        report_texts.text,
        name="report_text",
        roles=_RAPPORTEUR,
        body=FORM_LARGE,
    ),
    act(
        f"{_ONE}choose/<uuid:version_id>/",
        report_texts.choose,
        name="report_choose",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(f"{_ONE}parts/", report_parts.parts, name="report_parts", roles=GOVERNMENT),
    page(
        f"{_ONE}parts/<str:part>/owner/",
        report_parts.owner,
        name="report_owner",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    act(
        f"{_ONE}parts/<str:part>/confirm/",
        report_parts.confirm,
        name="report_confirm",
        roles=_OWNER,
        body=FORM,
    ),
    page(
        f"{_ONE}parts/<str:part>/question/",
        report_parts.question,
        name="report_question",
        roles=_OWNER,
        body=FORM,
    ),
    page(f"{_ONE}offices/", report_offices.offices, name="report_offices", roles=GOVERNMENT),
    page(
        f"{_ONE}offices/ask/",
        report_offices.ask,
        name="report_ask",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    act(
        f"{_ONE}offices/<uuid:ask_id>/withdraw/",
        report_offices.withdraw,
        name="report_ask_withdraw",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    act(
        f"{_ONE}offices/answer/<uuid:said_id>/choose/",
        report_offices.choose,
        name="report_answer_choose",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(
        f"{_ONE}release/",
        report_release.release,
        name="report_release",
        roles=_RELEASING,
        body=FORM,
    ),
    act(
        f"{_ONE}give-back/",
        report_release.give_back,
        name="report_give_back",
        roles=_RELEASING,
        body=FORM,
    ),
    act(
        f"{_ONE}send-again/",
        report_release.send_again,
        name="report_send_again",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(
        f"{_ONE}correct/",
        report_release.correct,
        name="report_correct",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page(
        f"{_ONE}withdraw/",
        report_release.withdraw,
        name="report_withdraw",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page("secretariat/", report_hub.messages, name="report_hub", roles=_RELEASING),
    page(
        "secretariat/<uuid:message_id>/",
        report_hub.answer,
        name="report_hub_answer",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
    page("capabilities/", report_hub.capabilities, name="capabilities", roles=_RELEASING),
    page(
        "capabilities/<int:number>/",
        report_hub.capability,
        name="capability",
        roles=_RAPPORTEUR,
        body=FORM,
    ),
]
