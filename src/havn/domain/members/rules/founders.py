# SPDX-License-Identifier: Apache-2.0
"""The founding members and the later ones as data: membership in dated rows, names as labels with validity.

The code is the key; a name is a label that holds from a day until a day. What could not be checked against a source
that may be cited is marked `confirmed=False` (docs/promises.md says what that rests on).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

LAUNCH = date(2012, 12, 5)
LAUNCH_RELEASE = "Press release of the European Commission, 4 December 2012"
LAUNCH_MEMO = "Memo of the European Commission, 6 December 2012"
MEMORY = "Not checked against a source that may be cited"

# Written as code|English|Danish, the names as they are today.
_FOUNDERS_IN_EU = """
AT|Austria|Østrig; BE|Belgium|Belgien; BG|Bulgaria|Bulgarien; CY|Cyprus|Cypern; CZ|Czechia|Tjekkiet;
DE|Germany|Tyskland; DK|Denmark|Danmark; EE|Estonia|Estland; ES|Spain|Spanien; FI|Finland|Finland;
FR|France|Frankrig; GB|United Kingdom|Storbritannien; GR|Greece|Grækenland; HU|Hungary|Ungarn;
IE|Ireland|Irland; IT|Italy|Italien; LT|Lithuania|Litauen; LU|Luxembourg|Luxembourg; LV|Latvia|Letland;
MT|Malta|Malta; NL|Netherlands|Nederlandene; PL|Poland|Polen; PT|Portugal|Portugal; RO|Romania|Rumænien;
SE|Sweden|Sverige; SI|Slovenia|Slovenien; SK|Slovakia|Slovakiet
"""
_FOUNDERS_OUTSIDE = """
AL|Albania|Albanien; AU|Australia|Australien; KH|Cambodia|Cambodja; PH|Philippines|Filippinerne;
GE|Georgia|Georgien; GH|Ghana|Ghana; JP|Japan|Japan; HR|Croatia|Kroatien; MD|Moldova|Moldova;
ME|Montenegro|Montenegro; NZ|New Zealand|New Zealand; NG|Nigeria|Nigeria; NO|Norway|Norge;
CH|Switzerland|Schweiz; RS|Serbia|Serbien; KR|South Korea|Sydkorea; TH|Thailand|Thailand;
TR|Türkiye|Tyrkiet; UA|Ukraine|Ukraine; US|United States|USA; VN|Vietnam|Vietnam
"""
_LATER = """
AM|Armenia|Armenien; BA|Bosnia and Herzegovina|Bosnien-Hercegovina; CA|Canada|Canada;
CR|Costa Rica|Costa Rica; IL|Israel|Israel; XK|Kosovo|Kosovo; MX|Mexico|Mexico
"""


@dataclass(frozen=True, slots=True)
class Label:
    """What a country is called in a language, from a day and until a day, both included."""

    language: str
    name: str
    since: date | None = None
    until: date | None = None
    confirmed: bool = True

    def holds(self, on: date) -> bool:
        """Whether the name is the one of that day."""
        return (self.since is None or self.since <= on) and (
            self.until is None or on <= self.until
        )


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One dated row of membership; `since` is None where the day is not known."""

    code: str
    is_founder: bool
    since: date | None
    until: date | None
    source: str
    confirmed: bool
    was_counted_later: bool | None = (
        None  # among the 54 of later lists; None where that says nothing
    )


@dataclass(frozen=True, slots=True)
class EuRow:
    """From when until when a country was in the European Union; `until` is the last day."""

    code: str
    since: date | None  # None: before the launch, which is all that is asked here
    until: date | None
    confirmed: bool


def _read(text: str) -> dict[str, tuple[str, str]]:
    entries = [each.strip().split("|") for each in text.replace("\n", " ").split(";")]
    return {code: (english, danish) for code, english, danish in entries}


_IN_EU, _OUTSIDE, _SEVEN = _read(_FOUNDERS_IN_EU), _read(_FOUNDERS_OUTSIDE), _read(_LATER)
_NAMES = {**_IN_EU, **_OUTSIDE, **_SEVEN}
USER_ASSIGNED = frozenset({"XK"})  # no code of ISO 3166-1: users assign it among themselves
# What somebody else called them at the launch; the days of the change are not checked.
_FORMER = {
    "CZ": ("Czech Republic", date(2016, 7, 1)),
    "TR": ("Turkey", date(2022, 6, 1)),
}
_NOT_COUNTED_LATER = frozenset({"VN"})  # named at the launch, absent from the list of 54

FOUNDERS: tuple[str, ...] = tuple(sorted((*_IN_EU, *_OUTSIDE)))
LATER: tuple[str, ...] = tuple(sorted(_SEVEN))
MEMBERSHIPS: tuple[MembershipRow, ...] = (
    *(
        MembershipRow(
            code=code,
            is_founder=True,
            since=LAUNCH,
            until=None,
            source=LAUNCH_RELEASE,
            confirmed=True,
            was_counted_later=False if code in _NOT_COUNTED_LATER else None,
        )
        for code in FOUNDERS
    ),
    *(
        MembershipRow(
            code=code, is_founder=False, since=None, until=None, source=MEMORY, confirmed=False
        )
        for code in LATER
    ),
)
EU_ROWS: tuple[EuRow, ...] = (
    *(EuRow(code, None, None, confirmed=True) for code in sorted(_IN_EU) if code != "GB"),
    EuRow("GB", None, date(2020, 1, 31), confirmed=False),
    EuRow("HR", date(2013, 7, 1), None, confirmed=False),
)


def eu_member(code: str, on: date) -> bool:
    """Whether a country was in the European Union on a day from the launch on.

    This says nothing of which laws of the Union bind it: that is assessed country by country and article by article.
    """
    return any(
        row.code == code
        and (row.since is None or row.since <= on)
        and (row.until is None or on <= row.until)
        for row in EU_ROWS
    )


def labels(code: str) -> tuple[Label, ...]:
    """Return all that a country of the list is called, or was."""
    if code not in _NAMES:
        return ()
    english, danish = _NAMES[code]
    if code not in _FORMER:
        return Label("en", english), Label("da", danish)
    former, changed_on = _FORMER[code]
    return (
        Label("en", former, until=date.fromordinal(changed_on.toordinal() - 1)),
        Label("en", english, since=changed_on, confirmed=False),
        Label("da", danish),
    )


def name_of(code: str, *, language: str, on: date) -> str:
    """Return what a country is called in a language on a day; in English where that language has no name, else the code."""
    held = [label for label in labels(code) if label.holds(on)]
    for wanted in (language, "en"):
        for label in held:
            if label.language == wanted:
                return label.name
    return code


def membership(code: str) -> MembershipRow | None:
    """Return the row of a country, or None for one that the list does not name."""
    return next((row for row in MEMBERSHIPS if row.code == code), None)
