# SPDX-License-Identifier: Apache-2.0
"""The 48 founders and the seven later ones: sums, names, dates, and what is marked as not confirmed."""

from datetime import date

import pytest

from havn.domain.members.rules.declaration import (
    GOALS,
    OURS,
    TARGET_LIST,
    goals_of,
    read_declaration,
    target_of,
)
from havn.domain.members.rules.errors import RosterError
from havn.domain.members.rules.founders import (
    EU_ROWS,
    FOUNDERS,
    LATER,
    LAUNCH,
    MEMBERSHIPS,
    USER_ASSIGNED,
    eu_member,
    labels,
    membership,
    name_of,
)
from havn.domain.members.rules.offices import OFFICE_ROWS

# Written by hand, to be compared with the data.
IN_EU = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GB",
    "GR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
OUTSIDE = [
    "AL",
    "AU",
    "KH",
    "PH",
    "GE",
    "GH",
    "JP",
    "HR",
    "MD",
    "ME",
    "NZ",
    "NG",
    "NO",
    "CH",
    "RS",
    "KR",
    "TH",
    "TR",
    "UA",
    "US",
    "VN",
]
DAY = date(2026, 11, 26)


def test_the_founders_are_27_in_the_union_and_21_outside():
    assert (len(IN_EU), len(OUTSIDE)) == (27, 21)
    assert set(FOUNDERS) == {*IN_EU, *OUTSIDE}
    assert len(FOUNDERS) == 48
    assert {code for code in FOUNDERS if eu_member(code, LAUNCH)} == set(IN_EU)


def test_the_seven_later_ones_are_there_and_marked_as_not_confirmed():
    assert set(LATER) == {"AM", "BA", "CA", "CR", "IL", "XK", "MX"}
    rows = [row for row in MEMBERSHIPS if not row.is_founder]
    assert {row.code for row in rows} == set(LATER)
    assert all(not row.confirmed and row.since is None for row in rows)
    assert len(MEMBERSHIPS) == 48 + 7 == len({row.code for row in MEMBERSHIPS})


def test_every_row_names_its_source_and_every_founder_since_the_launch():
    assert all(row.source for row in MEMBERSHIPS)
    founders = [row for row in MEMBERSHIPS if row.is_founder]
    assert all(row.confirmed and row.since == LAUNCH == date(2012, 12, 5) for row in founders)


def test_vietnam_was_named_at_the_launch_and_is_not_on_the_list_of_54():
    row = membership("VN")
    assert (row.is_founder, row.was_counted_later) == (True, False)
    left_out = [each.code for each in MEMBERSHIPS if each.was_counted_later is False]
    assert left_out == ["VN"]
    assert len(MEMBERSHIPS) - len(left_out) == 54


def test_croatia_joined_the_union_and_the_united_kingdom_left_it():
    assert not eu_member("HR", date(2013, 6, 30))
    assert eu_member("HR", date(2013, 7, 1))
    assert eu_member("GB", date(2020, 1, 31))
    assert not eu_member("GB", date(2020, 2, 1))
    assert {row.code for row in EU_ROWS if not row.confirmed} == {"GB", "HR"}
    assert len([1 for code in {r.code for r in EU_ROWS} if eu_member(code, DAY)]) == 27
    assert not eu_member("NO", DAY)


def test_every_country_has_an_english_and_a_danish_name():
    for row in MEMBERSHIPS:
        languages = {label.language for label in labels(row.code)}
        assert languages == {"en", "da"}, row.code
        for on in (LAUNCH, DAY):
            assert name_of(row.code, language="en", on=on) != row.code
    names = [name_of(code, language="da", on=DAY) for code in FOUNDERS]
    assert len(set(names)) == 48
    assert name_of("DK", language="da", on=DAY) == "Danmark"
    assert name_of("DK", language="fr", on=DAY) == "Denmark"
    assert name_of("ZZ", language="en", on=DAY) == "ZZ"


@pytest.mark.parametrize(
    ("code", "then", "now"), [("CZ", "Czech Republic", "Czechia"), ("TR", "Turkey", "Türkiye")]
)
def test_names_of_the_launch_are_labels_with_an_end(code, then, now):
    assert name_of(code, language="en", on=LAUNCH) == then
    assert name_of(code, language="en", on=DAY) == now
    english = [label for label in labels(code) if label.language == "en"]
    day = LAUNCH
    while day <= DAY:
        assert sum(label.holds(day) for label in english) == 1
        day = date.fromordinal(day.toordinal() + 1)


def test_the_code_of_kosovo_is_assigned_by_users():
    assert {"XK"} == USER_ASSIGNED
    assert membership("XK").confirmed is False


def test_offices_are_empty_until_they_have_a_source():
    assert all(row.source for row in OFFICE_ROWS)


def test_four_targets_and_their_goals_stand_in_our_words_in_both_languages():
    assert [target.number for target in TARGET_LIST] == [1, 2, 3, 4]
    for each in (*TARGET_LIST, *GOALS):
        assert set(each.text) == {"en", "da"}
        assert all(text.endswith(".") for text in each.text.values())
        assert each.source
    assert [goal.id for goal in GOALS] == ["G1.1", "G2.1", "G2.2", "G3.1", "G3.2", "G4.1", "G4.2"]
    assert all(goal.version == OURS and not goal.is_checked for goal in GOALS)
    assert [goal.id for goal in goals_of(4)] == ["G4.1", "G4.2"]
    assert target_of(5) is None


GOOD = (
    '{"v": 1, "version": "1", "language": "en", "text": "We declare.\\n\\nFour targets.",'
    ' "source": "Official copy 17", "adopted_on": "2012-12-05"}'
)


def test_a_file_of_the_declaration_is_read():
    found = read_declaration(GOOD.encode(), name="d.json")
    assert (found.version, found.language, found.adopted_on) == ("1", "en", LAUNCH)
    assert found.text.count("\n") == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"v": 1', '"v": 2', "Upgrade Havn"),
        ('"version": "1"', '"version": "0"', "own words"),
        ('"version": "1"', '"version": "no spaces here"', "like 1 or 2.1"),
        ('"language": "en"', '"language": "English"', "language's code"),
        ('"We declare.', '"' + "iVBORw0KGgo" + "A" * 300, "encoded file"),
        ('"We declare.\\n\\nFour targets."', '" "', "must be a text"),
        ('"We declare.', '"\\u0007We', "must be a text"),
        ('"source": "Official copy 17"', '"source": ""', "source must be a text"),
        ('"2012-12-05"', '"5 December"', "like 2026-01-31"),
        ('"source"', '"extra": 1, "source"', "does not know: extra"),
        (', "adopted_on": "2012-12-05"', "", "lacks adopted_on"),
        ("{", "", "no JSON to read"),
    ],
)
def test_a_file_of_the_declaration_that_is_wrong_is_refused_with_a_sentence(old, new, words):
    with pytest.raises(RosterError, match=words):
        read_declaration(GOOD.replace(old, new, 1).encode(), name="d.json")
