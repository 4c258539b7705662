# SPDX-License-Identifier: Apache-2.0
"""What the brief says of the day of publication, and how the parts of a report read, without a database."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import translation

from havn.domain.indicators import rules as indicators
from havn.domain.reporting.selectors.brief import HeadlineRow, _of_each_target
from havn.web.desk.government.report import brief_rows
from havn.web.frame import national_report, report_document

PUBLIC, DUE = date(2027, 4, 30), date(2027, 3, 31)


@pytest.mark.parametrize(
    ("is_public", "is_late", "released_on", "said"),
    [
        (False, False, None, "publishes what arrived on 30 April 2027. The report counts as on time if it is released by 31 March 2027."),
        (False, True, None, "Without your release it will say that nothing was received from this country."),
        (False, True, DUE, "It will say that this report came late."),
        (False, False, DUE, "It will say that this report came on time."),
        (True, True, None, "On 30 April 2027 the Alliance published what had arrived. Until your release it says that nothing"),
        (True, True, DUE, "It says that this report came late."),
        (True, False, DUE, "It says that this report came on time."),
    ],
)  # fmt: skip
def test_the_brief_says_what_the_public_page_says_of_the_reports_day(
    is_public, is_late, released_on, said
):
    found = SimpleNamespace(
        public_on=PUBLIC,
        due_on=DUE,
        is_public=is_public,
        is_late=is_late,
        released_on=released_on,
        correction_kind="",
    )
    assert said in " ".join(report_document.when_public(found))


@pytest.mark.parametrize(
    ("kind", "is_late", "released_on", "said"),
    [
        ("text", False, None, "that was accepted."),
        ("late_facts", False, DUE, "that was accepted."),
        ("error_in_facts", False, None, "It is due by 31 March 2027, ten working days after the error was found."),
        ("error_in_facts", True, None, "It was due by 31 March 2027, ten working days after the error was found."),
        ("error_in_facts", True, DUE, "that was accepted."),
    ],
)  # fmt: skip
def test_of_a_correction_the_brief_says_what_judges_the_report_and_no_day_that_it_has_not(
    kind, is_late, released_on, said
):
    found = SimpleNamespace(
        public_on=PUBLIC,
        due_on=DUE,
        is_public=True,
        is_late=is_late,
        released_on=released_on,
        correction_kind=kind,
    )
    sentences = " ".join(report_document.when_public(found))
    assert "This is a correction: the public page names it as one, with its reason." in sentences
    assert sentences.endswith(said)
    assert "nothing was received" not in sentences
    assert "came late" not in sentences


def test_the_briefs_rows_are_of_each_target_alike_and_no_more_than_a_page_takes():
    found = {4: [f"R{n}" for n in range(20)], 1: ["V1"], 2: [f"P{n}" for n in range(3)]}
    rows = _of_each_target(found)
    assert rows == ("V1", "P0", "P1", "P2", *(f"R{n}" for n in range(8)))


@pytest.mark.parametrize(("number", "hidden", "changed"), [
    (0, "No figure is hidden to protect people.", "Every figure that was published before stands unchanged."),
    (1, "1 figure is hidden to protect people; it shows as a dash.", "1 figure stands otherwise than it was published"),
    (2, "2 figures are hidden to protect people; they show as a dash.", "2 figures stand otherwise than they were"),
])  # fmt: skip
def test_the_brief_says_in_words_how_much_is_hidden_and_changed(number, hidden, changed):
    found = report_document.public_lines(SimpleNamespace(hidden=number, corrections=number))
    assert found[0] == hidden
    assert found[1].startswith(changed)


@pytest.mark.parametrize(
    ("language", "alike", "other"),
    [
        ("en", "Reports received", "Reports received: Of these, duplicates"),
        ("da", "Modtagne anmeldelser", "Modtagne anmeldelser: Heraf dubletter"),
    ],
)
def test_the_brief_names_a_figure_once_and_in_the_readers_language(language, alike, other):
    [received] = [each for each in indicators.DEFINITIONS if each.id == "R01"]
    headlines = [
        HeadlineRow("R01", received.name, each.title, each.unit, "up", None, None, is_hidden=False)
        for each in received.measures
    ]
    with translation.override(language):
        rows = brief_rows(SimpleNamespace(headlines=headlines))
    assert [each["what"] for each in rows] == [alike, other]


def figure(status, *, breakdown="", code="", value=None):
    return {
        "measure": "received", "breakdown": breakdown, "code": code, "period": "2026", "status": status,
        "value": value, "lower_bound": None,
    }  # fmt: skip


def tables(*series):
    parts = {"figures/R01": {"indicator": "R01", "definition": "1.0.0", "series": series}}
    [section] = national_report.shown(parts, indicators.DEFINITIONS, language="en").indicators
    return section.tables


def test_a_breakdown_in_which_nothing_was_measured_is_no_table():
    total, away = figure("L"), figure("L", breakdown="channel", code="web")
    assert [len(each.rows) for each in tables(total, away)] == [1]


@pytest.mark.parametrize("status", ["Q", "A"])
def test_a_breakdown_with_a_hidden_or_shown_figure_stays_whole(status):
    shown = figure(status, breakdown="channel", code="web", value=7 if status == "A" else None)
    nothing = figure("M", breakdown="channel", code="desk")
    found = tables(figure("A", value=7), shown, nothing)
    assert [len(each.rows) for each in found] == [1, 2]


def promised(titles=None, **fields):
    promise = {
        "id": "0197a1f4-0000-7000-8000-000000000001", "number": "2.1", "state": "in_progress", "is_late": True,
        "is_redated": False, "due": "2026-09-30", "indicator": None, "baseline": None, "aim": None, "reached": None,
    } | fields  # fmt: skip
    parts = {"commitments": {"commitments": [promise]}}
    found = national_report.shown(parts, indicators.DEFINITIONS, language="en", titles=titles)
    return found.commitments[0]


def test_a_promise_reads_in_words():
    found = promised({"0197a1f4-0000-7000-8000-000000000001": {"en": "Answer within a day"}})
    assert (found.number, found.title.text) == ("2.1", "Answer within a day")
    assert (found.state, found.due) == ("in progress, late", "30 September 2026")
    assert found.measured == ""


def test_a_promise_that_got_a_new_day_when_it_was_late_says_both():
    assert promised(is_redated=True, due="2027-06-30").state == "in progress, late, re-dated"


def test_a_promise_whose_words_are_not_here_reads_by_its_number():
    assert promised().title.text == ""


def test_the_figure_of_a_promise_reads_from_its_start_to_what_was_reached():
    found = promised(indicator="P09", baseline="72", aim="24", reached="30.5")
    assert found.measured == "P09: 72 at the start, 24 promised, 30.5 reached"
    waiting = promised(indicator="P09", baseline="72", aim="24")
    assert waiting.measured == "P09: 72 at the start, 24 promised, – reached"
