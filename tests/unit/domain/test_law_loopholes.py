# SPDX-License-Identifier: Apache-2.0
"""H01 to H16: each rule by a table of laws, unknowns included, and against a second writing that tries everything out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.legislation.rules import (
    ACTS,
    CRITERIA,
    RULES,
    Answer,
    Law,
    OwnFigures,
    Places,
    Value,
    found,
    out_of_reach,
)
from tests.support.laws import answers, by_trying_out, law

OPEN, NARROW, CLOSED, UNKNOWN = "open", "narrow", "closed", "unknown"
ALL_ACTS = dict.fromkeys(ACTS, "yes")
OWN = OwnFigures("VV", Decimal("12.5"), Decimal("3.4"), {"CC": 7}, {"CC": Decimal("31.2")})


def places(a=None, v=None, c=None, b=None, own=OWN):
    return Places(
        law("AA", **(a or {})),
        law("VV", **(v or {})),
        law("CC", **(c or {})),
        out_of_reach(law("BB", **(b or {}))),
        own,
    )


TABLE = [
    # the age that the definition protects
    ("H01", {"a": {"L02": ("yes", 18)}, "v": {"L02": ("yes", 18)}, "c": {"L02": ("yes", 18)}}, CLOSED, None),
    ("H01", {"a": {"L02": ("no", 16)}, "v": {"L02": ("yes", 18)}, "c": {"L02": ("no", 16)}}, OPEN, 2),
    ("H01", {"a": {"L02": ("no", 16)}, "v": {"L02": ("no", 16)}, "c": {"L02": ("yes", 18)}}, OPEN, 2),
    ("H01", {"a": {"L02": ("yes", 18)}, "v": {"L02": ("yes", 18)}}, UNKNOWN, None),
    ("H01", {"a": {"L02": ("no", 16)}, "v": {"L02": ("yes", 18)}}, OPEN, None),
    ("H01", {"a": {"L02": ("unknown", 18)}, "v": {"L02": ("yes", 18)}, "c": {"L02": ("yes", 18)}}, UNKNOWN, None),
    # possession
    ("H02", {"a": {"L04": "no"}, "v": {"L04": "yes"}, "c": {"L04": "no"}}, OPEN, None),
    ("H02", {"a": {"L04": "no"}, "v": {"L04": "no"}, "c": {"L04": "yes"}}, OPEN, None),
    ("H02", {"a": {"L04": "partly"}, "v": {"L04": "yes"}}, NARROW, None),
    ("H02", {"a": {"L04": "partly"}, "v": {"L04": "partly"}}, NARROW, None),
    ("H02", {"a": {"L04": "yes"}}, CLOSED, None),
    ("H02", {"a": {"L04": "no"}, "v": {"L04": "no"}, "c": {"L04": "no"}}, CLOSED, None),
    ("H02", {"a": {"L04": "no"}, "v": {"L04": "no"}}, UNKNOWN, None),
    ("H02", {"v": {"L04": "yes"}}, UNKNOWN, None),
    # viewing
    ("H03", {"a": {"L05": "no"}, "v": {"L05": "yes"}}, OPEN, None),
    ("H03", {"a": {"L05": "no"}, "v": {"L05": "partly"}, "c": {"L05": "no"}}, NARROW, None),
    ("H03", {"a": {"L05": "yes"}, "v": {"L05": "yes"}}, CLOSED, None),
    ("H03", {"a": {"L05": "unknown"}, "v": {"L05": "yes"}}, UNKNOWN, None),
    # generated material, and tools
    ("H04", {"a": {"L06": "no", "L07": "no"}, "c": {"L06": "yes", "L07": "no"}}, OPEN, None),
    ("H04", {"a": {"L06": "yes", "L07": "no"}, "c": {"L06": "yes", "L07": "yes"}}, OPEN, None),
    ("H04", {"a": {"L06": "partly", "L07": "yes"}, "c": {"L06": "yes"}}, NARROW, None),
    ("H04", {"a": {"L06": "yes", "L07": "yes"}}, CLOSED, None),
    ("H04", {"a": {"L06": "yes"}, "c": {"L07": "no"}}, CLOSED, None),
    ("H04", {"a": {"L06": "yes"}, "c": {"L07": "yes"}}, UNKNOWN, None),
    # grooming
    ("H05", {"a": {"L08": "yes", "L09": "no"}, "v": {"L19": "no"}}, OPEN, None),
    ("H05", {"a": {"L08": "partly", "L09": "yes"}, "v": {"L19": "no"}}, NARROW, None),
    ("H05", {"a": {"L08": "no"}, "v": {"L19": "partly"}}, NARROW, None),
    ("H05", {"a": {"L08": "yes", "L09": "yes"}}, CLOSED, None),
    ("H05", {"v": {"L19": "yes"}}, CLOSED, None),
    ("H05", {"a": {"L08": "yes"}, "v": {"L19": "no"}}, UNKNOWN, None),
    # live abuse: the buyer, the organiser, both
    ("H06", {"a": {"L11": "no"}, "v": {"L10": "yes"}}, OPEN, 1),
    ("H06", {"a": {"L11": "yes"}, "v": {"L10": "no"}}, OPEN, 1),
    ("H06", {"a": {"L11": "no"}, "v": {"L10": "no"}}, OPEN, 2),
    ("H06", {"a": {"L11": "partly"}, "v": {"L10": "yes"}}, NARROW, 1),
    ("H06", {"a": {"L11": "yes"}, "v": {"L10": "yes"}}, CLOSED, None),
    ("H06", {"a": {"L11": "yes"}}, UNKNOWN, 0),
    ("H06", {"a": {"L11": "no"}}, OPEN, 1),
    # nobody can prosecute
    ("H07", {"a": ALL_ACTS | {"L05": "no", "L09": "no"}, "b": {"L18": "yes", "L20": "no"}, "v": {"L19": "no"}}, OPEN, 2),
    ("H07", {"a": ALL_ACTS | {"L05": "no"}, "b": {"L18": "yes", "L20": "partly"}, "v": {"L19": "no"}}, NARROW, 1),
    ("H07", {"a": ALL_ACTS, "b": {"L18": "no"}, "v": {"L19": "no"}}, CLOSED, None),
    ("H07", {"a": {"L05": "no"}, "b": {"L18": "yes", "L20": "yes"}, "v": {"L19": "no"}}, CLOSED, None),
    ("H07", {"a": {"L05": "no"}, "b": {"L18": "no"}, "v": {"L19": "yes"}}, CLOSED, None),
    ("H07", {"a": {"L05": "no"}, "b": {"L18": "yes"}, "v": {"L19": "no"}}, UNKNOWN, 0),
    ("H07", {"b": {"L18": "no"}, "v": {"L19": "no"}}, UNKNOWN, 0),
    # dual criminality
    ("H08", {"a": ALL_ACTS | {"L13": "no", "L23": "no"}}, OPEN, None),
    ("H08", {"a": ALL_ACTS | {"L13": "no", "L23": "partly"}}, NARROW, None),
    ("H08", {"a": ALL_ACTS | {"L23": "no"}}, CLOSED, None),
    ("H08", {"a": {"L23": "yes"}}, CLOSED, None),
    ("H08", {"a": ALL_ACTS | {"L13": "no"}}, UNKNOWN, None),
    ("H08", {"a": {"L23": "no"}}, UNKNOWN, None),
    # evidence gone in time: 12.5 days pass
    ("H09", {"c": {"L24": ("yes", 7), "L22": "no"}}, OPEN, "5.5"),
    ("H09", {"c": {"L24": "no", "L22": "no"}}, OPEN, "12.5"),
    ("H09", {"c": {"L24": ("yes", 7), "L22": ("partly", 90)}}, NARROW, "5.5"),
    ("H09", {"c": {"L24": ("yes", 7), "L22": ("yes", 90)}}, CLOSED, None),
    ("H09", {"c": {"L24": ("yes", 180), "L22": "no"}}, CLOSED, None),
    ("H09", {"c": {"L22": "no"}}, UNKNOWN, None),
    ("H09", {"c": {"L24": ("yes", 7)}}, UNKNOWN, "5.5"),
    ("H09", {"c": {"L24": ("yes", 7), "L22": "no"}, "own": OwnFigures("VV")}, UNKNOWN, None),
    ("H09", {"c": {"L24": ("yes", 7), "L22": "no"}, "own": OwnFigures("AA", Decimal(30))}, UNKNOWN, None),
    # providers
    ("H10", {"c": {"L25_remove": "no"}}, OPEN, "31.2"),
    ("H10", {"c": {"L25_remove": ("partly", 24)}}, NARROW, "31.2"),
    ("H10", {"c": {"L25_remove": ("yes", 24), "L25_report": "no"}}, CLOSED, None),
    ("H10", {}, UNKNOWN, "31.2"),
    ("H11", {"c": {"L25_report": "no"}}, OPEN, None),
    ("H11", {"c": {"L25_report": "partly"}}, NARROW, None),
    ("H11", {"c": {"L25_report": "yes", "L25_remove": "no"}}, CLOSED, None),
    ("H11", {}, UNKNOWN, None),
    # limitation
    ("H12", {"a": {"L16": ("no", 28)}, "v": {"L16": ("yes", 48)}}, OPEN, 20),
    ("H12", {"a": {"L16": ("yes", 48)}, "v": {"L16": ("yes", "unlimited")}}, OPEN, None),
    ("H12", {"a": {"L16": ("yes", "unlimited")}, "v": {"L16": ("yes", 48)}}, CLOSED, None),
    ("H12", {"a": {"L16": ("yes", "unlimited")}, "v": {"L16": ("yes", "unlimited")}}, CLOSED, None),
    ("H12", {"a": {"L16": ("yes", 48)}, "v": {"L16": ("yes", 48)}}, CLOSED, None),
    ("H12", {"a": {"L16": ("yes", 48)}}, UNKNOWN, None),
    ("H12", {"v": {"L16": ("yes", 48)}}, UNKNOWN, None),
    # complaint, extortion, the child itself
    ("H13", {"a": {"L15": "no"}}, OPEN, None),
    ("H13", {"a": {"L15": "partly"}}, NARROW, None),
    ("H13", {"a": {"L15": "yes"}, "v": {"L15": "no"}}, CLOSED, None),
    ("H13", {}, UNKNOWN, None),
    ("H14", {"a": {"L12": "no"}, "v": {"L19": "no"}}, OPEN, None),
    ("H14", {"a": {"L12": "partly"}, "v": {"L19": "no"}}, NARROW, None),
    ("H14", {"a": {"L12": "no"}, "v": {"L19": "yes"}}, CLOSED, None),
    ("H14", {"a": {"L12": "yes"}}, CLOSED, None),
    ("H14", {"a": {"L12": "no"}}, UNKNOWN, None),
    ("H15", {"a": {"L14": "no"}}, OPEN, None),
    ("H15", {"a": {"L14": "partly"}}, NARROW, None),
    ("H15", {"a": {"L14": "yes"}}, CLOSED, None),
    ("H15", {"v": {"L14": "yes"}}, UNKNOWN, None),
    # server elsewhere
    ("H16", {"a": ALL_ACTS | {"L21": "no"}, "c": ALL_ACTS | {"L25_remove": "no"}}, OPEN, None),
    ("H16", {"a": ALL_ACTS | {"L21": "no"}, "c": ALL_ACTS | {"L06": "no", "L25_remove": "yes"}}, OPEN, None),
    ("H16", {"a": ALL_ACTS | {"L21": "partly"}, "c": ALL_ACTS | {"L25_remove": "no"}}, NARROW, None),
    ("H16", {"a": ALL_ACTS | {"L21": "no"}, "c": ALL_ACTS | {"L25_remove": "yes"}}, CLOSED, None),
    ("H16", {"a": ALL_ACTS | {"L21": "yes"}}, CLOSED, None),
    ("H16", {"a": dict.fromkeys(ACTS, "no") | {"L21": "no"}}, CLOSED, None),
    ("H16", {"a": ALL_ACTS | {"L21": "no"}, "c": ALL_ACTS}, UNKNOWN, None),
    ("H16", {"a": ALL_ACTS, "c": {"L25_remove": "no"}}, UNKNOWN, None),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "laws", "result", "strength"), TABLE)
def test_a_rule_says_what_the_table_says(rule, laws, result, strength):
    finding = found(RULES[rule], places(**laws))
    assert finding.truth.result == result
    assert finding.strength == (None if strength is None else Decimal(str(strength)))


def test_every_rule_has_every_result_that_it_can_have():
    seen = {(rule, result) for rule, _, result, _ in TABLE}
    halfless = {"H01", "H12"}  # numbers are the same or they are not
    for rule in RULES:
        wanted = {OPEN, CLOSED, UNKNOWN} | (set() if rule in halfless else {NARROW})
        assert {result for name, result in seen if name == rule} == wanted, rule


def test_there_are_sixteen_rules():
    assert list(RULES) == [f"H{number:02}" for number in range(1, 17)]


def test_of_generated_material_the_own_share_says_how_strong_it_is():
    own = OwnFigures("AA", generated_share=Decimal("3.4"))
    at = places(a={"L06": "no"}, c={"L06": "yes"}, own=own)
    assert found(RULES["H04"], at).strength == Decimal("3.4")


def test_a_finding_names_the_answers_that_decide_it():
    at = places(a={"L04": "no"}, v={"L04": "yes"}, c={"L04": "no"})
    assert found(RULES["H02"], at).truth.cells == {("AA", "L04"), ("VV", "L04")}


# Any laws, of which few acts are unknown so that everything can be tried out.
acts = st.fixed_dictionaries(
    {act: st.sampled_from(["yes", "partly", "no"]) for act in ACTS}
).flatmap(
    lambda known: st.lists(st.sampled_from(ACTS), max_size=1).map(
        lambda gone: known | dict.fromkeys(gone, "unknown")
    )
)
rest = st.dictionaries(st.sampled_from(sorted(set(CRITERIA) - set(ACTS))), answers(), max_size=30)


def one_law(member):
    return st.tuples(acts, rest).map(
        lambda each: Law(
            member, {key: Answer(Value(value)) for key, value in each[0].items()} | each[1]
        )
    )


@given(one_law("A"), one_law("V"), one_law("C"), one_law("B"), st.none() | st.integers(0, 60))
def test_every_rule_equals_its_second_writing_that_tries_everything_out(a, v, c, b, days):
    own = OwnFigures("V", None if days is None else Decimal(days))
    at = Places(a, v, c, out_of_reach(b), own)
    laws = {"A": a, "V": v, "C": c, "B": b}
    for rule in RULES.values():
        expected = by_trying_out(rule.id, laws, days=days)
        assert found(rule, at).truth.result == expected, rule.id


class Watched(dict):
    """Answers that note which of them were asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.asked = set()

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_reads_the_criteria_that_it_says_and_no_other(rule):
    watched = {role: Watched() for role in "avcb"}
    laws = {role: Law(role.upper(), answers) for role, answers in watched.items()}
    nationals = out_of_reach(laws["b"])
    asked_of_b = set(watched["b"].asked)
    found(rule, Places(laws["a"], laws["v"], laws["c"], nationals, OWN))
    for role in "avc":
        assert watched[role].asked <= rule.reads.get(role, frozenset()), role
    assert asked_of_b == {"L18", "L20"}
