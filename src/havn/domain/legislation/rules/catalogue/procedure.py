# SPDX-License-Identifier: Apache-2.0
"""L13 to L17: how such crimes come to court, and that no child is punished for being a victim."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Criterion,
    Group,
    Instrument,
    NumberRule,
    Value,
    checked,
    unchecked,
)
from havn.lib.encoding import gettext_noop

_D, _TH, _LZ, _RC = (
    Instrument.DIRECTIVE, Instrument.TRAFFICKING, Instrument.LANZAROTE, Instrument.RECAST,
)  # fmt: skip

CRITERIA = (
    Criterion(
        "L13",
        Group.PROCEDURE,
        gettext_noop("Is trafficking of a child punishable without proof of means?"),
        checked(_TH, "2(5)-(6)"),
        partly=gettext_noop("Only for some forms of trafficking."),
    ),
    Criterion(
        "L14",
        Group.PROCEDURE,
        gettext_noop("May a child not be punished for acts forced on it, or for own images?"),
        (*checked(_D, "14", "8(3)"), *checked(_TH, "8")),
        partly=gettext_noop("It is left to the prosecutor's discretion."),
    ),
    Criterion(
        "L15",
        Group.PROCEDURE,
        gettext_noop("Can proceedings start and go on without the victim's complaint?"),
        (*checked(_D, "15(1)"), *checked(_TH, "9(1)"), *unchecked(_LZ, "32")),
        partly=gettext_noop("They can start, but end when the complaint is withdrawn."),
    ),
    Criterion(
        "L16",
        Group.PROCEDURE,
        gettext_noop("Does limitation run well beyond majority?"),
        (
            *checked(_D, "15(2)"),
            *checked(_TH, "9(2)"),
            *checked(_LZ, "33"),
            *unchecked(_RC, gettext_noop("article not known")),
        ),
        partly=gettext_noop("Only for some of the offences."),
        number=NumberRule(
            meaning=gettext_noop(
                "The victim's age when the last such offence can no longer be prosecuted"
            ),
            unit=gettext_noop("years"),
            least=0,
            most=120,
            needed_for=frozenset({Value.YES, Value.PARTLY}),
            may_be_unlimited=True,
        ),
    ),
    Criterion(
        "L17",
        Group.PROCEDURE,
        gettext_noop(
            "Do police have tools for serious crime and a task to identify victims from material?"
        ),
        (*checked(_D, "15(3)-(4)"), *unchecked(_LZ, "30")),
        partly=gettext_noop("Only one of the two."),
    ),
)
