# SPDX-License-Identifier: Apache-2.0
"""Reading frozen figures, national reports, what offices and the hub said; drafts for government roles alone."""

from havn.domain.reporting.selectors._figures import BreakdownFigures, IndicatorFigures
from havn.domain.reporting.selectors._frozen import compared, compared_before, indicators_in
from havn.domain.reporting.selectors._lines import ReportLine
from havn.domain.reporting.selectors._parts import parts_open
from havn.domain.reporting.selectors._versions import versions_of
from havn.domain.reporting.selectors.brief import Brief, HeadlineRow, PromiseRow, brief
from havn.domain.reporting.selectors.capabilities import CapabilityView, capabilities
from havn.domain.reporting.selectors.document import Document, document_of
from havn.domain.reporting.selectors.figures import (
    ClosedQuarter,
    QuarterFigures,
    closed_quarters,
    quarter_figures,
    quarters_to_freeze,
)
from havn.domain.reporting.selectors.half_year import (
    ToldHalfYear,
    first_half,
    half_year_is_due,
    half_years_told,
)
from havn.domain.reporting.selectors.hub import HubMessageView, hub_messages
from havn.domain.reporting.selectors.offices import (
    AnswerView,
    AskForAnswer,
    AskToSend,
    AskView,
    ask_for_answer,
    ask_to_send,
    asks,
)
from havn.domain.reporting.selectors.opened import OpenPoint, what_is_open
from havn.domain.reporting.selectors.reports import (
    PartView,
    PersonReleaseView,
    ReportView,
    Waiting,
    open_version,
    own_past,
    part_views,
    past_in,
    public_report,
    public_reports,
    report,
    report_to_remind,
    reports,
    reports_before,
    waiting_for,
    years_to_draft,
)
from havn.domain.reporting.selectors.shown import (
    ReportFigures,
    ReportIndicator,
    report_figures,
)
from havn.domain.reporting.selectors.surroundings import promise_titles
from havn.domain.reporting.selectors.texts import TextView, VersionView, independence, texts

__all__ = [
    "AnswerView",
    "AskForAnswer",
    "AskToSend",
    "AskView",
    "BreakdownFigures",
    "Brief",
    "CapabilityView",
    "ClosedQuarter",
    "Document",
    "HeadlineRow",
    "HubMessageView",
    "IndicatorFigures",
    "OpenPoint",
    "PartView",
    "PersonReleaseView",
    "PromiseRow",
    "QuarterFigures",
    "ReportFigures",
    "ReportIndicator",
    "ReportLine",
    "ReportView",
    "TextView",
    "ToldHalfYear",
    "VersionView",
    "Waiting",
    "ask_for_answer",
    "ask_to_send",
    "asks",
    "brief",
    "capabilities",
    "closed_quarters",
    "compared",
    "compared_before",
    "document_of",
    "first_half",
    "half_year_is_due",
    "half_years_told",
    "hub_messages",
    "independence",
    "indicators_in",
    "open_version",
    "own_past",
    "part_views",
    "parts_open",
    "past_in",
    "promise_titles",
    "public_report",
    "public_reports",
    "quarter_figures",
    "quarters_to_freeze",
    "report",
    "report_figures",
    "report_to_remind",
    "reports",
    "reports_before",
    "texts",
    "versions_of",
    "waiting_for",
    "what_is_open",
    "years_to_draft",
]
