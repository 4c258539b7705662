# SPDX-License-Identifier: Apache-2.0
"""Tables that law and hotlines ask for: sums that add up, and nothing that is hidden or missing shown as nought."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib import wire

INDEPENDENCE = {"funding": "Paid by the state and by members, never by providers."}
NOTICES = st.lists(
    st.builds(
        wire.NoticeCount,
        provider=st.sampled_from(["Alpha Hosting", "Beta", "=Gamma", "Delta"]),
        content=st.sampled_from(["baseline", "national", "other"]),
        action=st.sampled_from(["removed", "refused", "moved", "no_answer"]),
        notices=st.integers(0, 50),
    )
)


def values(table):
    return {row.key: row.value for row in table.rows}


def figure(measure, value=None, **more):
    number = None if value is None else Decimal(value)
    return wire.Figure(**({"period": "2026", "measure": measure, "value": number} | more))


@given(NOTICES, st.integers(1, 60))
def test_every_table_of_a_trusted_flagger_adds_up_to_all_notices(notices, least_shown):
    total, provider, content, action, _ = wire.trusted_flagger_tables(
        notices, independence=INDEPENDENCE, least_shown=least_shown
    )
    number = sum(each.notices for each in notices)
    assert values(total) == {"notices": str(number)}
    for table in (content, action):
        assert sum(int(row.value) for row in table.rows) == number
    wholes = [row for row in provider.rows if "/" not in row.key]
    parts = [row for row in provider.rows if "/" in row.key]
    assert sum(int(row.value) for row in wholes) == number
    assert sum(int(row.value) for row in parts) == number


def test_small_providers_are_joined_where_their_notices_are_not_public():
    notices = [
        wire.NoticeCount("Alpha", "baseline", "removed", 9),
        wire.NoticeCount("Beta", "baseline", "refused", 2),
        wire.NoticeCount("Gamma", "national", "no_answer", 1),
    ]
    tables = wire.trusted_flagger_tables(notices, independence={}, least_shown=5)
    assert values(tables[1]) == {
        "Alpha": "9",
        "Alpha/removed": "9",
        "other providers": "3",
        "other providers/refused": "2",
        "other providers/no_answer": "1",
    }


def test_independence_is_said_in_words():
    table = wire.trusted_flagger_tables([], independence=INDEPENDENCE)[-1]
    assert [(row.key, row.value, row.note) for row in table.rows] == [
        ("funding", "", INDEPENDENCE["funding"])
    ]
    assert "22(3)" in table.basis


def test_the_statistics_of_a_state_are_reports_children_and_convictions():
    figures = [
        ("R01", figure("received", "1204")),
        ("R01", figure("duplicates", "41", status="P")),
        ("V01", figure("identified", "17")),
        ("V01", figure("identified", breakdown="sex", code="f", status="Q")),
        ("P06", figure("convicted", status="L")),
        ("P06", figure("convicted", "9", period="2025")),
    ]
    table = wire.statistics_table(figures, period="2026")
    rows = {row.key: (row.value, row.note) for row in table.rows}
    assert rows["a.reports"] == ("1204", "")
    assert rows["a.repeated"] == ("41", "provisional")
    assert rows["b.children"] == ("17", "")
    assert rows["b.children.f"] == ("", "hidden, so that nobody can be recognised")
    assert rows["b.children.m"] == ("", "no figure")
    assert rows["c.convicted"] == ("", "exists, but is not collected")


def test_a_breakdown_that_is_left_away_is_said_in_words():
    away = wire.Figure.left_away(period="2026", measure="identified", breakdown="sex")
    table = wire.statistics_table([("V01", away)], period="2026")
    rows = {row.key: (row.value, row.note) for row in table.rows}
    assert rows["b.children.f"] == rows["b.children.m"] == ("", wire.LEFT_AWAY_NOTE)
    assert rows["b.children"] == ("", "no figure")


def test_the_table_of_a_hotline_takes_counts_and_medians_from_the_same_figures():
    figures = [
        ("R02", figure("confirmed", "65", numerator=650, denominator=1000)),
        ("R04", figure("median_hours", lower_bound=Decimal("72.5"))),
        ("P02", figure("within_24h", status="M")),
    ]
    rows = {
        row.key: (row.value, row.note) for row in wire.hotline_table(figures, period="2026").rows
    }
    assert rows["assessed"] == ("1000", "")
    assert rows["confirmed"] == ("650", "")
    assert rows["confirmed_share"] == ("65", "")
    assert rows["to_removal"] == ("72.5", "not reached; this is the least it can be")
    assert rows["police_24h"] == ("", "nothing to measure")
    assert rows["reports"] == ("", "no figure")


@pytest.mark.parametrize("build", [wire.statistics_table, wire.hotline_table])
def test_without_figures_there_is_no_nought(build):
    assert {(row.value, row.note) for row in build([], period="2026").rows} == {("", "no figure")}


def test_the_csv_has_a_row_for_each_line_and_no_formula():
    notices = [wire.NoticeCount("=Gamma", "baseline", "removed", 3)]
    tables = wire.trusted_flagger_tables(notices, independence=INDEPENDENCE)
    rows = list(csv.reader(StringIO(wire.tables_csv(tables).decode(), newline="")))
    assert rows[0] == ["table", "key", "label", "value", "note"]
    assert len(rows) == 1 + sum(len(table.rows) for table in tables)
    assert ["provider", "'=Gamma", "'=Gamma", "3", ""] in rows
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_every_line_names_a_figure_that_is_defined():
    from havn.domain.indicators.rules.figures import DEFINITIONS
    from havn.lib.wire._official_tables import HOTLINE_LINES, STATISTICS_LINES

    known = {each.id: each for each in DEFINITIONS}
    for line in (*STATISTICS_LINES, *HOTLINE_LINES):
        definition = known.get(line.indicator)
        if definition is None:
            continue
        assert line.measure in {measure.name for measure in definition.measures}, line
        breakdowns = {each.name: each.codes for each in definition.breakdowns}
        assert not line.breakdown or line.code in breakdowns[line.breakdown], line
