# SPDX-License-Identifier: Apache-2.0
"""PR1 to PR6: how a child who was a victim is helped and protected."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Criterion,
    Group,
    Instrument,
    checked,
)
from havn.lib.encoding import gettext_noop

_D, _TH = Instrument.DIRECTIVE, Instrument.TRAFFICKING

CRITERIA = (
    Criterion(
        "PR1",
        Group.PROTECTION,
        gettext_noop("Is a person whose age is uncertain treated as a child until it is known?"),
        (*checked(_D, "18(3)"), *checked(_TH, "13(2)")),
        partly=gettext_noop("Only for some offences or some kinds of help."),
    ),
    Criterion(
        "PR2",
        Group.PROTECTION,
        gettext_noop(
            "Does a child get help as soon as there are reasonable grounds, whether or not it takes part in proceedings?"
        ),
        (*checked(_D, "18(2)", "19(1)-(2)"), *checked(_TH, "11(2)-(3)", "14(1)")),
        partly=gettext_noop(
            "Help begins only with proceedings, or depends on taking part in them."
        ),
    ),
    Criterion(
        "PR3",
        Group.PROTECTION,
        gettext_noop(
            "Are interviews with a child few, without delay, in fit rooms and by trained people?"
        ),
        (*checked(_D, "20(3)"), *checked(_TH, "15(3)")),
        partly=gettext_noop("Only some of the four."),
    ),
    Criterion(
        "PR4",
        Group.PROTECTION,
        gettext_noop(
            "Can a recorded interview stand as evidence, and can the child be heard without being in the courtroom?"
        ),
        (*checked(_D, "20(4)-(5)"), *checked(_TH, "15(4)-(5)")),
        partly=gettext_noop("Only one of the two."),
    ),
    Criterion(
        "PR5",
        Group.PROTECTION,
        gettext_noop(
            "Does a child get a representative of its own, and free legal help, where its parents cannot act for it?"
        ),
        (*checked(_D, "20(1)-(2)"), *checked(_TH, "14(2)", "15(1)-(2)", "16(3)-(4)")),
        partly=gettext_noop("Only one of the two."),
    ),
    Criterion(
        "PR6",
        Group.PROTECTION,
        gettext_noop("Is the identity of a child victim kept from the public?"),
        checked(_D, "20(6)"),
        partly=gettext_noop("Only in court, or only if somebody asks for it."),
    ),
)
