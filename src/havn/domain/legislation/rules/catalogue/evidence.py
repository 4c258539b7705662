# SPDX-License-Identifier: Apache-2.0
"""L22 to L24: whether evidence is still there when somebody asks for it."""

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

_B, _IC, _NL = Instrument.BUDAPEST, Instrument.ICMEC, Instrument.NATIONAL

CRITERIA = (
    Criterion(
        "L22",
        Group.EVIDENCE,
        gettext_noop("Is there an expedited preservation power and a contact day and night?"),
        unchecked(_B, "16-17", "29", "35"),
        partly=gettext_noop("Only one of the two."),
        number=NumberRule(
            meaning=gettext_noop("For how many days data can be preserved"),
            unit=gettext_noop("days"),
            least=1,
            most=3660,
        ),
    ),
    Criterion(
        "L23",
        Group.EVIDENCE,
        gettext_noop(
            "Is foreign preservation help given without dual criminality for these offences?"
        ),
        unchecked(_B, "29(3)-(4)"),
        partly=gettext_noop("Only for some of the offences."),
        note=gettext_noop(
            "Austria, for example, refuses help without it except for Articles 2 to 11, so not for Article 9."
        ),
    ),
    Criterion(
        "L24",
        Group.EVIDENCE,
        gettext_noop("Must access providers keep subscriber, IP and port records long enough?"),
        (
            *checked(_IC, gettext_noop("data retention part")),
            *unchecked(_NL, gettext_noop("each country's own")),
        ),
        partly=gettext_noop("Only some providers or some records."),
        note=gettext_noop("`no` is lawful in many countries: this criterion has no direction."),
        number=NumberRule(
            meaning=gettext_noop("For how many days the records must be kept"),
            unit=gettext_noop("days"),
            least=1,
            most=3660,
            needed_for=frozenset({Value.YES, Value.PARTLY}),
        ),
        has_direction=False,
    ),
)
