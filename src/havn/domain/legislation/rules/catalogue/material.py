# SPDX-License-Identifier: Apache-2.0
"""L01 to L07: which material is criminal, and what one may not do with it."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Citation,
    Criterion,
    Group,
    Instrument,
    NumberRule,
    Value,
    checked,
    unchecked,
)
from havn.lib.encoding import gettext_noop

_D, _B, _LZ, _OP, _IC, _UN, _RC = (
    Instrument.DIRECTIVE, Instrument.BUDAPEST, Instrument.LANZAROTE, Instrument.PROTOCOL,
    Instrument.ICMEC, Instrument.UN, Instrument.RECAST,
)  # fmt: skip

CRITERIA = (
    Criterion(
        "L01",
        Group.MATERIAL,
        gettext_noop("Is there a specific offence for this material, with a legal definition?"),
        (
            *checked(_IC, "1", "2"),
            *checked(_D, "2(c)"),
            *unchecked(_LZ, "20(2)"),
            *checked(_OP, "2(c)"),
            *checked(_B, "9(2)"),
        ),
        partly=gettext_noop(
            "There is only one of the two, or only a general law on obscene material."
        ),
    ),
    Criterion(
        "L02",
        Group.MATERIAL,
        gettext_noop(
            "Does the definition protect everyone under 18, whatever the age of consent?"
        ),
        (
            *checked(_D, "2(a)"),
            Citation(_B, "9(3)", is_reservable=True),
            *unchecked(_LZ, "3"),
            *checked(_IC, "topic list"),
        ),
        partly=gettext_noop("It protects to 18 with exceptions beyond Article 8(3) of 2011/93."),
        note=gettext_noop("The Budapest Convention allows a limit down to 16."),
        number=NumberRule(
            meaning=gettext_noop("The age below which the definition protects"),
            unit=gettext_noop("years"),
            least=10,
            most=21,
            needed_for=frozenset({Value.YES, Value.PARTLY}),
            least_for_yes=18,
        ),
    ),
    Criterion(
        "L03",
        Group.MATERIAL,
        gettext_noop("Are production, distribution, offering and transmission online criminal?"),
        (
            *checked(_IC, "3"),
            *checked(_D, "5(4)-(6)"),
            *checked(_B, "9(1)(a)-(c)"),
            *checked(_OP, "3(1)(c)"),
            *unchecked(_LZ, "20(1)"),
        ),
        partly=gettext_noop("Some of the four acts are criminal, not all."),
    ),
    Criterion(
        "L04",
        Group.MATERIAL,
        gettext_noop("Is possession criminal without intent to distribute?"),
        (
            *checked(_IC, "4"),
            *checked(_D, "5(2)"),
            Citation(_B, "9(1)(e)", is_reservable=True),
            *checked(_OP, "3(1)(c)"),
        ),
        partly=gettext_noop("An intent or an amount is needed."),
        note=gettext_noop("The Optional Protocol asks for it only for the purposes it names."),
    ),
    Criterion(
        "L05",
        Group.MATERIAL,
        gettext_noop("Is knowing access or viewing criminal without download?"),
        (*checked(_D, "5(3)"), *unchecked(_LZ, "20(1)(f)", is_reservable=True)),
        partly=gettext_noop("Only some ways of access are criminal, or only for payment."),
    ),
    Criterion(
        "L06",
        Group.MATERIAL,
        gettext_noop("Is realistic but generated or altered material covered?"),
        (
            *checked(_D, "2(c)(iii)-(iv)", "5(7)-(8)"),
            Citation(_B, "9(2)(b)-(c)", is_reservable=True),
            *unchecked(_UN, "14"),
            *unchecked(_RC, gettext_noop("article not known")),
        ),
        partly=gettext_noop("There is an exception for private use or for who only looks young."),
        note=gettext_noop("The UN Convention may limit it to persons who exist."),
    ),
    Criterion(
        "L07",
        Group.MATERIAL,
        gettext_noop("Are tools and guides covered (AI systems made for it, manuals)?"),
        unchecked(_RC, gettext_noop("article not known")),
        partly=gettext_noop("Only tools, or only guides, are covered."),
        note=gettext_noop("New in law: `no` is to be expected."),
    ),
)
