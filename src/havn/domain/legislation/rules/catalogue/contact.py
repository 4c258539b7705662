# SPDX-License-Identifier: Apache-2.0
"""L08 to L12: what is done to a child online."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Criterion,
    Group,
    Instrument,
    checked,
    unchecked,
)
from havn.lib.encoding import gettext_noop

_D, _LZ, _OP, _UN, _RC = (
    Instrument.DIRECTIVE, Instrument.LANZAROTE, Instrument.PROTOCOL, Instrument.UN, Instrument.RECAST,
)  # fmt: skip
_NOT_KNOWN = gettext_noop("article not known")

CRITERIA = (
    Criterion(
        "L08",
        Group.CONTACT,
        gettext_noop("Is soliciting a child online to meet criminal?"),
        (*checked(_D, "6(1)"), *unchecked(_LZ, "23"), *unchecked(_UN, "15")),
        partly=gettext_noop("The meeting or the travel itself is needed."),
    ),
    Criterion(
        "L09",
        Group.CONTACT,
        gettext_noop(
            "Is soliciting a child to send images or perform online criminal, without any meeting?"
        ),
        (*checked(_D, "6(2)"), *unchecked(_RC, _NOT_KNOWN)),
        partly=gettext_noop("Only some forms are criminal, or only below the age of consent."),
        note=gettext_noop("2011/93 covers it as an attempt."),
    ),
    Criterion(
        "L10",
        Group.CONTACT,
        gettext_noop(
            "Is causing, recruiting or profiting from live performances, online included, criminal?"
        ),
        (*checked(_D, "2(e)", "4(2)-(3)"), *unchecked(_LZ, "21"), *checked(_OP, "3")),
        partly=gettext_noop("Only performances before people who are there are covered."),
    ),
    Criterion(
        "L11",
        Group.CONTACT,
        gettext_noop("Is knowingly watching or paying for live abuse online criminal?"),
        (
            *checked(_D, "4(4)"),
            *unchecked(_LZ, "21(1)(c)", is_reservable=True),
            *unchecked(_RC, _NOT_KNOWN),
        ),
        partly=gettext_noop("Only attendance in the same place is covered."),
    ),
    Criterion(
        "L12",
        Group.CONTACT,
        gettext_noop("Is sexual extortion of a child a specific or clearly covered offence?"),
        (
            *unchecked(_RC, _NOT_KNOWN),
            *checked(_LZ, gettext_noop("Committee, second monitoring round")),
        ),
        partly=gettext_noop("Only the general law on extortion covers it."),
    ),
)
