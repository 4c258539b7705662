# SPDX-License-Identifier: Apache-2.0
"""H01 to H16: where two or three laws leave a gap between them; each rule one small pure function.

A is where the conduct is done and the suspect lives, V where the victim lives, C where it is hosted, B whose
national the suspect is. Each rule returns its lines (one, or two where it has an a and a b), and the worst of them counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from havn.domain.legislation.rules.laws import Law
from havn.domain.legislation.rules.truth import (
    UNLIMITED,
    Number,
    Truth,
    all_of,
    any_of,
    differs,
    less,
)
from havn.lib.encoding import gettext_noop

# Acts that one country may punish and another not: the X of H07, H08 and H16.
ACTS = tuple(f"L{number:02}" for number in range(3, 14))


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """What a node knows from its own work about itself and others; nothing of it decides but the days of H09."""

    member: str = ""
    days_until_asked: Decimal | None = (
        None  # p90 from report to police and p90 until a referral is answered
    )
    generated_share: Decimal | None = None  # of items whose origin is AI
    items_traced: Mapping[str, int] = field(default_factory=dict)  # by country of hosting
    removal_hours: Mapping[str, Decimal] = field(default_factory=dict)  # R05 by country of hosting
    referrals: Mapping[str, int] = field(default_factory=dict)  # of twelve months, by country


@dataclass(frozen=True, slots=True)
class Places:
    """The laws that a rule looks at, by the part that their country plays."""

    a: Law
    v: Law
    c: Law
    nationals: Truth  # whether the country of the suspect can not prosecute its nationals for this
    own: OwnFigures = OwnFigures()


Lines = dict[str, Truth]


@dataclass(frozen=True, slots=True)
class Rule:
    """One loophole: its name, what each of the two countries of a pair is, and which criteria it reads."""

    id: str
    name: str
    roles: tuple[str, str]
    lines: Callable[[Places], Lines]
    reads: Mapping[str, frozenset[str]]  # by role: a, v, c, b
    strength: Callable[[Places], Decimal | None] = lambda _: None
    unit: str = ""


def out_of_reach(law: Law) -> Truth:
    """Whether a country can not prosecute its own nationals for what is legal where they did it."""
    return law.once("nationals", lambda: ~(law.says("L18") & law.says("L20")))


def h01(at: Places) -> Lines:
    """Age gap: the age that the definition protects differs."""
    age = at.a.number("L02")
    return {"H01": differs(age, at.c.number("L02")) | differs(age, at.v.number("L02"))}


def h02(at: Places) -> Lines:
    """Possession gap: not criminal where it is possessed, criminal where the victim lives or where it is hosted."""
    return {"H02": _missing_here("L04", at)}


def h03(at: Places) -> Lines:
    """Viewing gap: as with possession."""
    return {"H03": _missing_here("L05", at)}


def h04(at: Places) -> Lines:
    """Generated material, and as a second line the tools that make it."""
    return {
        "H04a": at.a.lacks("L06") & at.c.says("L06"),
        "H04b": at.a.lacks("L07") & at.c.says("L07"),
    }


def h05(at: Places) -> Lines:
    """Grooming: not wholly criminal there, and the victim's country cannot reach out."""
    return {"H05": ~(at.a.says("L08") & at.a.says("L09")) & at.v.lacks("L19")}


def h06(at: Places) -> Lines:
    """Live abuse bought from afar: the buyer's side and the organiser's side."""
    return {"H06a": at.a.lacks("L11"), "H06b": at.v.lacks("L10")}


def h07(at: Places) -> Lines:
    """Nobody can prosecute: not where it is done, not by the suspect's nationality, not by the victim."""
    return {"H07": all_of((_some_act_missing(at.a), at.nationals, at.v.lacks("L19")))}


def h08(at: Places) -> Lines:
    """Dual criminality: V asks A for help, the act is no crime there, and A asks that it is."""
    return {"H08": _some_act_missing(at.a) & at.a.lacks("L23")}


def h09(at: Places) -> Lines:
    """Evidence gone in time: kept for fewer days than pass until somebody asks, unless preservation was asked first."""
    return {"H09": less(at.c.days_kept("L24"), _days_needed(at)) & at.c.lacks("L22")}


def h10(at: Places) -> Lines:
    """No removal duty where it is hosted."""
    return {"H10": at.c.lacks("L25.remove")}


def h11(at: Places) -> Lines:
    """No duty to report where the service has its seat."""
    return {"H11": at.c.lacks("L25.report")}


def h12(at: Places) -> Lines:
    """Limitation gap: it runs out earlier where it was done than where the victim lives."""
    return {"H12": less(at.a.number("L16"), at.v.number("L16"))}


def h13(at: Places) -> Lines:
    """Complaint needed where it was done, by a victim who lives elsewhere."""
    return {"H13": at.a.lacks("L15")}


def h14(at: Places) -> Lines:
    """Extortion: not covered there, and the victim's country cannot reach out."""
    return {"H14": at.a.lacks("L12") & at.v.lacks("L19")}


def h15(at: Places) -> Lines:
    """Child at risk of punishment: a child from V who reports may be liable in A."""
    return {"H15": at.a.lacks("L14")}


def h16(at: Places) -> Lines:
    """Server elsewhere: criminal in A but out of its reach, and where it is hosted no crime or no duty to remove."""
    not_there = any_of(at.a.says(act) & at.c.lacks(act) for act in ACTS)
    not_removed = _some_act(at.a) & at.c.lacks("L25.remove")
    return {"H16": at.a.lacks("L21") & (not_there | not_removed)}


def _some_act(law: Law) -> Truth:
    return law.once("some act", lambda: any_of(law.says(act) for act in ACTS))


def _some_act_missing(law: Law) -> Truth:
    return law.once("no act", lambda: any_of(law.lacks(act) for act in ACTS))


def _missing_here(key: str, at: Places) -> Truth:
    return at.a.lacks(key) & (at.v.says(key) | at.c.says(key))


def _days_needed(at: Places) -> Number:
    """Return how long it takes until V asks; only V's own node knows."""
    days = at.own.days_until_asked if at.own.member == at.v.member else None
    return Number(None if days is None else float(days))


def _years_between(key: str, roles: str) -> Callable[[Places], Decimal | None]:
    def strength(at: Places) -> Decimal | None:
        laws = {"a": at.a, "v": at.v, "c": at.c}
        ages = [laws[role].number(key).amount for role in roles]
        known = [age for age in ages if age is not None and age != UNLIMITED]
        if len(known) < len(ages):
            return None
        return Decimal(int(max(known) - min(known)))

    return strength


def _acts_open(at: Places) -> Decimal:
    """Return for how many acts nobody can prosecute: a lower bound where something is not known."""
    if min(at.nationals.least, at.v.lacks("L19").least) == 0:
        return Decimal(0)
    return Decimal(sum(at.a.lacks(act).least > 0 for act in ACTS))


def _sides_open(at: Places) -> Decimal:
    """Return how many of the two sides are open; both is the worst."""
    return Decimal(sum(each.least > 0 for each in h06(at).values()))


def _missing_days(at: Places) -> Decimal | None:
    kept, needed = at.c.days_kept("L24").amount, _days_needed(at).amount
    if kept is None or needed is None or kept >= needed:
        return None
    return (Decimal(str(needed)) - Decimal(str(kept))).quantize(Decimal("0.1"))


def _generated_share(at: Places) -> Decimal | None:
    return at.own.generated_share if at.own.member in {at.a.member, at.c.member} else None


def _removal_hours(at: Places) -> Decimal | None:
    return at.own.removal_hours.get(at.c.member) if at.own.member == at.v.member else None


def _set(*keys: str) -> frozenset[str]:
    return frozenset(keys)


_YEARS, _DAYS, _HOURS = gettext_noop("years"), gettext_noop("days"), gettext_noop("hours")
_A_V, _A_C, _C_V, _A_BOTH = ("a", "v"), ("a", "c"), ("c", "v"), ("a", "v or c")

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            "H01", gettext_noop("Age gap"), _A_BOTH, h01,
            {role: _set("L02") for role in ("a", "v", "c")}, _years_between("L02", "avc"), _YEARS,
        ),
        Rule(
            "H02", gettext_noop("Possession gap"), _A_BOTH, h02,
            {role: _set("L04") for role in ("a", "v", "c")},
        ),
        Rule(
            "H03", gettext_noop("Viewing gap"), _A_BOTH, h03,
            {role: _set("L05") for role in ("a", "v", "c")},
        ),
        Rule(
            "H04", gettext_noop("Generated material"), _A_C, h04,
            {"a": _set("L06", "L07"), "c": _set("L06", "L07")}, _generated_share,
            gettext_noop("of own items are generated"),
        ),
        Rule(
            "H05", gettext_noop("Grooming"), _A_V, h05,
            {"a": _set("L08", "L09"), "v": _set("L19")},
        ),
        Rule(
            "H06", gettext_noop("Live abuse bought from afar"), _A_V, h06,
            {"a": _set("L11"), "v": _set("L10")}, _sides_open, gettext_noop("of two sides"),
        ),
        Rule(
            "H07", gettext_noop("Nobody can prosecute"), _A_V, h07,
            {"a": _set(*ACTS), "b": _set("L18", "L20"), "v": _set("L19")}, _acts_open,
            gettext_noop("acts"),
        ),
        Rule(
            "H08", gettext_noop("Dual criminality"), _A_V, h08, {"a": _set(*ACTS, "L23")},
        ),
        Rule(
            "H09", gettext_noop("Evidence gone in time"), _C_V, h09,
            {"c": _set("L22", "L24")}, _missing_days, _DAYS,
        ),
        Rule(
            "H10", gettext_noop("No removal duty"), _C_V, h10,
            {"c": _set("L25.remove")}, _removal_hours, _HOURS,
        ),
        Rule("H11", gettext_noop("No provider reporting"), _C_V, h11, {"c": _set("L25.report")}),
        Rule(
            "H12", gettext_noop("Limitation gap"), _A_V, h12,
            {"a": _set("L16"), "v": _set("L16")}, _years_between("L16", "av"), _YEARS,
        ),
        Rule("H13", gettext_noop("Complaint needed"), _A_V, h13, {"a": _set("L15")}),
        Rule(
            "H14", gettext_noop("Extortion"), _A_V, h14, {"a": _set("L12"), "v": _set("L19")},
        ),
        Rule(
            "H15", gettext_noop("Child at risk of punishment"), _A_V, h15, {"a": _set("L14")},
        ),
        Rule(
            "H16", gettext_noop("Server elsewhere"), _A_C, h16,
            {"a": _set(*ACTS, "L21"), "c": _set(*ACTS, "L25.remove")},
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says: the truth that counts, each of its lines, and how strong it is."""

    rule: str
    truth: Truth
    lines: Mapping[str, Truth]
    strength: Decimal | None


def found(rule: Rule, at: Places) -> Finding:
    """Return what a rule says of these laws; of several lines the worst counts."""
    lines = rule.lines(at)
    truth = any_of(lines.values())
    return Finding(rule.id, truth, lines, rule.strength(at) if truth.most > 0 else None)
