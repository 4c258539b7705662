# SPDX-License-Identifier: Apache-2.0
"""A report as files that go out (PDF, DOCX, CSV), and the texts that come back, signed and pasted as words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.errors import RefusedError
from havn.domain.indicators import rules as indicators
from havn.domain.members import selectors as members
from havn.domain.reporting import rules, selectors, services
from havn.domain.workflow.selectors.providers import notices_by_provider
from havn.lib import typeset, wire
from havn.lib.clock import now
from havn.lib.encoding import EncodingError, from_b64u
from havn.web.desk import pages
from havn.web.desk.government import report_forms as forms
from havn.web.desk.government import report_screens as screens
from havn.web.desk.government.report import brief_promises, brief_rows
from havn.web.frame import report_document
from havn.web.frame.language import moment
from havn.web.frame.report_document import Cover

if TYPE_CHECKING:
    from havn.domain.reporting.selectors import ReportView
    from havn.web.desk.access import DeskRequest

NOT_WRITTEN = "not written yet: write it on the report's page Texts (Article 22(2) and (3))"
PDF, CSV = "application/pdf", "text/csv; charset=utf-8"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def whole(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Send the whole report as tagged PDF."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    parts = selectors.document_of(report_id=national_id, actor=request.actor).parts
    document = report_document.report_document(
        parts,
        indicators.DEFINITIONS,
        _cover(request, found),
        past=selectors.own_past(year=found.line.year, actor=request.actor),
        titles=selectors.promise_titles(parts=parts, actor=request.actor, at=now()),
    )
    return _set(request, document, f"report-{found.line.year}-{found.line.version}.pdf")


def brief(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Send the minister's page as tagged PDF of one page."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    told = selectors.brief(report_id=national_id, actor=request.actor, today=now().date())
    cover = _cover(
        request, found, title=_("Brief for the minister, %(year)s") % {"year": told.year}
    )
    document = report_document.brief_document(
        told, brief_rows(told), cover, promises=brief_promises(told)
    )
    return _set(request, document, f"brief-{found.line.year}.pdf", is_one_page=True)


def draft(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Send the report as a document that goes round for clearance."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    parts = selectors.document_of(report_id=national_id, actor=request.actor).parts
    notes = [
        f"{rules.INDICATOR_NOTE}{part['indicator']}"
        for name, part in sorted(parts.items())
        if name.startswith("figures/")
    ]
    document = report_document.draft_document(
        parts,
        indicators.DEFINITIONS,
        _cover(request, found),
        kinds=[*rules.TEXT_KINDS, *notes],
        languages=[code for code, _name in settings.LANGUAGES],
        titles=selectors.promise_titles(parts=parts, actor=request.actor, at=now()),
    )
    content = typeset.draft_of(document, advice=str(report_document.DRAFT_ADVICE))
    return _file(content, DOCX, f"draft-{found.line.year}-{found.line.version}.docx")


def tables(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Send the tables that European law and hotlines ask for, made from the report's own figures."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    parts = selectors.document_of(report_id=national_id, actor=request.actor).parts
    figures = [
        (part["indicator"], wire.Figure.of(each))
        for name, part in parts.items()
        if name.startswith("figures/")
        for each in part["series"]
    ]
    notices = notices_by_provider(
        year=found.line.year, actor=request.actor, as_of=found.line.as_of
    )
    said = selectors.independence(
        report_id=national_id, language=get_language() or "en", actor=request.actor
    )
    made = (
        *wire.trusted_flagger_tables(notices, independence={"procedures": said or NOT_WRITTEN}),
        wire.statistics_table(figures, period=found.line.year),
        wire.hotline_table(figures, period=found.line.year),
    )
    return _file(wire.tables_csv(made), CSV, f"tables-{found.line.year}.csv")


def texts_back(request: DeskRequest, national_id: UUID) -> HttpResponse:
    """Take in what an office signed of a draft; each changed text stands beside the one that is there."""
    found = selectors.report(report_id=national_id, actor=request.actor)
    form = forms.TextsBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposals = _proposals(form.cleaned_data, found)
            number = services.propose_texts(
                report_id=national_id,
                proposed=[
                    services.ProposedText(each.kind, each.language, each.text, each.was)
                    for each in proposals.proposals
                ],
                actor=request.actor,
                at=now(),
            )
        except wire.NationalReportError as error:
            for fault in error.faults:
                form.add_error("signed", fault.sentence)
        except RefusedError as error:
            form.add_error("signed", str(error))
        else:
            said = _("Taken in from %(office)s: %(number)s texts differ and wait for your choice.")
            words = said % {"office": proposals.office, "number": number}
            return pages.done(request, words, "government:report_texts", national_id)
    return pages.ask(
        request,
        form,
        title=_("Texts that came back from clearance"),
        button=_("Take in"),
        back=(reverse("government:national_report", args=[national_id]), _("The report")),
        explanation=_(
            "The office reads the document on its own machine and sends you words only. "
            "Nothing replaces a text by itself."
        ),
    )


def _public(line: str) -> bytes:
    """Return the public half in the line that an office hands over."""
    try:
        public = from_b64u(line.rsplit(maxsplit=1)[-1])
    except (EncodingError, IndexError):
        public = b""
    if len(public) != 32:
        raise RefusedError(
            "no_public_key",
            str(
                _(
                    "This is no public key. Paste the one line of the office's file that ends in .pub."
                )
            ),
        )
    return public


def _proposals(typed: dict[str, str], found: ReportView) -> wire.TextProposals:
    signed = "".join(typed["signed"].split())
    proposals = wire.read_texts(signed, public=_public(typed["public"]))
    if proposals.report not in {None, found.id} or proposals.year != found.line.year:
        raise RefusedError(
            "other_report", str(_("These texts are of another report. Open that one first."))
        )
    return proposals


def _cover(request: DeskRequest, found: ReportView, *, title: str = "") -> Cover:
    node = members.own_node(actor=request.actor)
    line = found.line
    facts = [
        (_("Figures as known on"), moment(line.as_of)),
        *((_("Released by"), each.office) for each in found.releases),
    ]
    if found.log_position:
        facts.append((_("Last fact read"), str(found.log_position)))
    return Cover(
        title=title or _("National report %(year)s") % {"year": line.year},
        subtitle=_("%(member)s, version %(version)s")
        % {"member": node.member_name, "version": line.version},
        author=node.organisation_name,
        facts=tuple(facts),
        language=get_language() or "en",
        made_at=line.as_of,
        report=str(found.id),
        member=node.member_code,
        year=line.year,
    )


def _set(
    request: DeskRequest, document: typeset.Document, name: str, *, is_one_page: bool = False
) -> HttpResponse:
    try:
        make = typeset.one_page_pdf_of if is_one_page else typeset.pdf_of
        return _file(make(document), PDF, name)
    except typeset.TypesetError as error:
        return screens.of_report(
            request,
            "not_set",
            _("This cannot be set as PDF"),
            report_id=UUID(document.report),
            status=409,
            sentence=str(error),
        )


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
