# SPDX-License-Identifier: Apache-2.0
"""Made-up laws of made-up countries, and the loopholes once more: written apart, slow, by trying out everything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import product

from hypothesis import strategies

from havn.domain.legislation.rules import CRITERIA, Answer, Law, Value

HALF = Fraction(1, 2)
LONG_AGO = date(2011, 12, 13)
WORDS = {Fraction(1): "open", HALF: "narrow", Fraction(0): "closed"}
KNOWN = {"yes": Fraction(1), "partly": HALF, "no": Fraction(0)}
ACTS = [f"L{number:02}" for number in range(3, 14)]


def law(member: str, **answers: object) -> Law:
    """Return a law: a value, or a value with its number; L25_remove stands for L25.remove."""
    return Law(member, {key.replace("_", "."): _answer(given) for key, given in answers.items()})


def _answer(given: object) -> Answer:
    if isinstance(given, tuple):
        value, number = given
        if number == "unlimited":
            return Answer(Value(value), None, is_unlimited=True, since=LONG_AGO)
        return Answer(Value(value), number, since=LONG_AGO)
    return Answer(Value(str(given)), since=LONG_AGO)


def answers() -> strategies.SearchStrategy[Answer]:
    """Return any answer, with or without a number."""
    return strategies.builds(
        Answer,
        strategies.sampled_from(list(Value)),
        strategies.none() | strategies.integers(10, 40),
        strategies.booleans(),
        strategies.sampled_from([LONG_AGO, date(2020, 1, 1), date(2024, 5, 6)]),
    )


def laws_of_some(members: list[str]) -> strategies.SearchStrategy[dict[str, Law]]:
    """Return laws of these countries, of which any criteria are answered."""
    one = strategies.dictionaries(strategies.sampled_from(sorted(CRITERIA)), answers())
    return strategies.fixed_dictionaries(dict.fromkeys(members, one)).map(
        lambda found: {member: Law(member, given) for member, given in found.items()}
    )


# --- the table of rules, by trying out every value of what is not known -----------------------------

Atom = tuple[str, ...]
Ask = Callable[..., Fraction]


def _act_missing(says: Ask, country: str) -> Fraction:
    return max(1 - says(country, act) for act in ACTS)


def _formulas() -> dict[str, Callable[[Ask, Ask], Fraction]]:
    """Return each rule as the handbook writes it; `says` answers criteria, `compare` compares numbers."""

    def nobody(says: Ask) -> Fraction:
        return 1 - min(says("B", "L18"), says("B", "L20"))

    return {
        "H01": lambda says, compare: max(compare("!=", "L02", "A", "C"), compare("!=", "L02", "A", "V")),
        "H02": lambda says, _: min(1 - says("A", "L04"), max(says("V", "L04"), says("C", "L04"))),
        "H03": lambda says, _: min(1 - says("A", "L05"), max(says("V", "L05"), says("C", "L05"))),
        "H04": lambda says, _: max(
            min(1 - says("A", "L06"), says("C", "L06")), min(1 - says("A", "L07"), says("C", "L07"))
        ),
        "H05": lambda says, _: min(
            1 - min(says("A", "L08"), says("A", "L09")), 1 - says("V", "L19")
        ),
        "H06": lambda says, _: max(1 - says("A", "L11"), 1 - says("V", "L10")),
        "H07": lambda says, _: min(_act_missing(says, "A"), nobody(says), 1 - says("V", "L19")),
        "H08": lambda says, _: min(_act_missing(says, "A"), 1 - says("A", "L23")),
        "H09": lambda says, compare: min(compare("days", "L24", "C", "own"), 1 - says("C", "L22")),
        "H10": lambda says, _: 1 - says("C", "L25.remove"),
        "H11": lambda says, _: 1 - says("C", "L25.report"),
        "H12": lambda says, compare: compare("<", "L16", "A", "V"),
        "H13": lambda says, _: 1 - says("A", "L15"),
        "H14": lambda says, _: min(1 - says("A", "L12"), 1 - says("V", "L19")),
        "H15": lambda says, _: 1 - says("A", "L14"),
        "H16": lambda says, _: max(
            min(says("A", act), 1 - says("A", "L21"), max(1 - says("C", act), 1 - says("C", "L25.remove")))
            for act in ACTS
        ),
    }  # fmt: skip


def by_trying_out(rule: str, laws: Mapping[str, Law], *, days: float | None = None) -> str:
    """Return what a rule says: the one value that it has whatever the unknown answers are, or unknown."""
    found = set(_values(rule, laws, days))
    return WORDS[found.pop()] if len(found) == 1 else "unknown"


def _values(rule: str, laws: Mapping[str, Law], days: float | None) -> Iterator[Fraction]:
    formula = _formulas()[rule]
    atoms: dict[Atom, list[Fraction]] = {}

    def seen(atom: Atom, known: Fraction | None, among: list[Fraction]) -> Fraction:
        atoms.setdefault(atom, [known] if known is not None else among)
        return chosen.get(atom, atoms[atom][0])

    def says(country: str, key: str) -> Fraction:
        known = KNOWN.get(laws[country].answer(key).value)
        return seen((country, key), known, [Fraction(0), HALF, Fraction(1)])

    def compare(how: str, key: str, one: str, other: str) -> Fraction:
        left, right = (
            _number(laws[one], key, how),
            days if other == "own" else _number(laws[other], key, how),
        )
        known = None
        if left is not None and right is not None:
            known = Fraction(left != right if how == "!=" else left < right)
        return seen((how, key, one, other), known, [Fraction(0), Fraction(1)])

    chosen: dict[Atom, Fraction] = {}
    formula(says, compare)  # so that every atom is known
    names = list(atoms)
    for values in product(*(atoms[name] for name in names)):
        chosen = dict(zip(names, values, strict=True))
        yield formula(says, compare)


def _number(law: Law, key: str, how: str) -> float | None:
    answer = law.answer(key)
    if how == "days" and answer.value is Value.NO and answer.amount is None:
        return 0
    return None if answer.value is Value.UNKNOWN else answer.amount
