# SPDX-License-Identifier: Apache-2.0
"""The table of pairs: a changed answer changes exactly the rows that a full computation finds different."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from havn.domain.legislation.rules import (
    CRITERIA,
    RULES,
    Law,
    OwnFigures,
    Pairs,
    all_keys,
    changed_cells,
    found,
    out_of_reach,
    touched,
    touched_by_figures,
)
from havn.domain.legislation.rules.loopholes import Places
from havn.domain.legislation.rules.snapshot import (
    figures_from,
    figures_json,
    laws_from,
    laws_json,
)
from tests.support.laws import answers, law, laws_of_some

FEW = ["DK", "FI", "GB", "NO", "SE"]
MANY = [f"{one}{other}" for one in "ABCDEF" for other in "ABCDEFGHI"]
keys = st.sampled_from(sorted(CRITERIA))


def table(laws, own=None):
    pairs = Pairs(laws, own)
    return {key: pairs.row(key) for key in all_keys(laws)}


def with_answer(laws, member, key, answer):
    changed = dict(laws[member].answers) | {key: answer}
    return laws | {member: Law(member, changed)}


@given(laws_of_some(FEW), st.sampled_from(FEW), keys, answers())
def test_what_a_changed_answer_touches_holds_every_row_that_differs(laws, member, key, answer):
    after = with_answer(laws, member, key, answer)
    before_table, after_table = table(laws), table(after)
    differs = {row for row in after_table if after_table[row] != before_table[row]}
    cells = changed_cells(laws, after)
    assert cells <= {(member, key)}
    assert differs <= touched(cells, FEW)
    computed = before_table | {row: Pairs(after).row(row) for row in touched(cells, FEW)}
    assert computed == after_table


def test_one_answer_of_54_members_changes_exactly_the_pairs_that_it_is_part_of():
    complete = dict.fromkeys(CRITERIA, "yes") | {"L02": ("yes", 18), "L16": ("yes", 48)}
    laws = {
        each: law(each, **{k.replace(".", "_"): v for k, v in complete.items()}) for each in MANY
    }
    assert len(MANY) == 54
    assert len(list(all_keys(MANY))) == 54 * 53 * 16
    before = table(laws)
    after = with_answer(laws, "AA", "L04", law("AA", L04="no").answer("L04"))
    changed = {row for row in before if Pairs(after).row(row) != before[row]}
    others = [each for each in MANY if each != "AA"]
    # H02: possession is legal in AA alone; H08: AA cannot be asked; H07 and H16 stay closed by L19 and L21.
    assert changed == {("H02", "AA", each) for each in others}
    assert touched({("AA", "L04")}, MANY) == {
        *(("H02", one, other) for each in others for one, other in (("AA", each), (each, "AA"))),
        *((rule, "AA", each) for rule in ("H07", "H08", "H16") for each in others),
        *(("H16", each, "AA") for each in others),
    }


@given(laws_of_some(FEW))
def test_the_third_country_of_h07_is_the_one_that_reaches_its_nationals_least(laws):
    pairs = Pairs(laws)
    for first in FEW:
        for second in set(FEW) - {first}:
            each = [
                found(
                    RULES["H07"],
                    Places(laws[first], laws[second], laws[second], out_of_reach(laws[third])),
                ).truth
                for third in FEW
                if third not in {first, second}
            ]
            truth = pairs.finding(RULES["H07"], first, second).truth
            assert truth.least == max(one.least for one in each)
            assert truth.most == max(one.most for one in each)


def test_with_two_members_alone_nobody_knows_whether_a_third_reaches_its_nationals():
    laws = {"DK": law("DK", L05="no"), "SE": law("SE", L19="no")}
    assert Pairs(laws).row(("H07", "DK", "SE")).result == "unknown"


@given(laws_of_some(FEW), st.sampled_from(FEW), st.integers(1, 90), st.integers(1, 90))
def test_own_figures_touch_every_row_that_they_change(laws, own, days, hours):
    figures = OwnFigures(
        own, Decimal(days), Decimal("1.5"), {"SE": 3}, dict.fromkeys(FEW, Decimal(hours))
    )
    before, after = table(laws), table(laws, figures)
    assert {row for row in after if after[row] != before[row]} <= touched_by_figures(own, FEW)


def test_a_triple_is_open_exactly_where_one_of_its_pairs_is():
    laws = {
        "DK": law("DK", L04="no"),
        "SE": law("SE", L04="no"),
        "NO": law("NO", L04="yes"),
        "FI": law("FI"),
    }
    found = {each.rule: each.truth.result for each in Pairs(laws).triple("DK", "SE", "NO", "FI")}
    assert found["H02"] == "open"
    assert Pairs(laws).row(("H02", "DK", "NO")).result == "open"
    assert Pairs(laws).row(("H02", "DK", "SE")).result == "closed"


def test_since_when_is_the_day_on_which_the_last_deciding_law_came_into_force():
    laws = {
        "DK": Law("DK", {"L04": law("DK", L04="no").answer("L04")}),
        "SE": Law("SE", {"L04": law("SE", L04="yes").answer("L04")}),
    }
    assert Pairs(laws).row(("H02", "DK", "SE")).since == date(2011, 12, 13)
    assert Pairs(laws).row(("H03", "DK", "SE")).since is None


@given(laws_of_some(FEW))
def test_laws_come_back_from_where_they_are_stored(laws):
    assert laws_from(laws_json(laws)) == laws


def test_figures_come_back_from_where_they_are_stored():
    own = OwnFigures("DK", Decimal("12.5"), None, {"SE": 3}, {"SE": Decimal("4.5")})
    assert figures_from(figures_json(own)) == own
    assert figures_from({}) == OwnFigures()
