# SPDX-License-Identifier: Apache-2.0
"""A made-up national report and a minister's page as content to be set."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from havn.lib.typeset import Bar, Bars, Document, FigureTable, Paragraph, ReportText, Section

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TEXTS = (
    ReportText(
        "overview", "en", "Overview", "Item 17 was confirmed.\nMore *follows*: #17, $x$ and 3 < 4."
    ),
    ReportText("overview", "da", "Overblik", "Punkt 17 blev bekræftet."),
    ReportText("note:R01", "en", "Note on R01", "The register changed in May."),
)
TABLES = (
    FigureTable(
        "R01.1",
        "Reports received",
        ("Measure", "2025", "2026"),
        (("Received", "1,100", "1,204"), ("Duplicates", "–", "41"), ("By web", "hidden", "610")),
        "Hidden: so that nobody can be recognised.",
    ),
    FigureTable("R06.1", "Removed in time", ("Span", "2026"), (("Within 24 hours", "37.5 %"),)),
)
BARS = Bars(
    "Removed in time",
    "Bars: within 24 hours 37.5 per cent, within 7 days 80 per cent, later not known.",
    (Bar("24 hours", 37.5, "37.5 %"), Bar("7 days", 80.0, "80 %"), Bar("Later", None, "–")),
)


def report(
    language: str = "en", title: str = "National report of Exampleland, 2026", **more: Any
) -> Document:
    """Return a report with every kind of block."""
    told: dict[str, Any] = {
        "subtitle": "Version 1.0",
        "author": "National rapporteur",
        "facts": (("Facts known until", "31 January 2027"), ("SHA-256", "0f" * 32)),
        "foot": "Exampleland, 2026, version 1.0",
        "report": "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c001",
        "member": "XA",
        "year": "2026",
        "sections": (
            Section("In plain words", TEXTS[:2]),
            Section("Target 4", (Paragraph("What became of addresses."),)),
            Section("R01 Reports received", (TABLES[0], TEXTS[2]), level=2),
            Section("R06 Removed in time", (TABLES[1], BARS, Paragraph("Source.", True)), level=2),
        ),
    }
    return Document(title=title, language=language, made_at=AT, **(told | more))


def brief(paragraphs: int = 6) -> Document:
    """Return a minister's page."""
    kept = tuple(
        Paragraph(f"Promise {number}: kept on 3 May 2026.") for number in range(paragraphs)
    )
    return Document(
        title="Brief for the minister",
        language="en",
        made_at=AT,
        sections=(Section("Promises", kept), Section("Own past", (TABLES[0],))),
    )
