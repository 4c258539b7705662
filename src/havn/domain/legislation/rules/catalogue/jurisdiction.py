# SPDX-License-Identifier: Apache-2.0
"""L18 to L21: whom a country can bring to court for what was done elsewhere."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Citation,
    Criterion,
    Group,
    Instrument,
    checked,
    unchecked,
)
from havn.lib.encoding import gettext_noop

_D, _TH, _B, _LZ, _OP = (
    Instrument.DIRECTIVE, Instrument.TRAFFICKING, Instrument.BUDAPEST, Instrument.LANZAROTE,
    Instrument.PROTOCOL,
)  # fmt: skip

CRITERIA = (
    Criterion(
        "L18",
        Group.JURISDICTION,
        gettext_noop("Is there jurisdiction over own nationals abroad?"),
        (
            *checked(_D, "17(1)(b)"),
            *checked(_TH, "10(1)(b)"),
            *unchecked(_OP, "4"),
            *unchecked(_B, "22"),
            *checked(_LZ, "25"),
        ),
        partly=gettext_noop("Only for some of the offences."),
    ),
    Criterion(
        "L19",
        Group.JURISDICTION,
        gettext_noop(
            "Is there jurisdiction by habitual residence or by the victim's nationality?"
        ),
        (
            *checked(_D, "17(2)"),
            *checked(_TH, "10(2)"),
            Citation(_LZ, "25(1)(e)", is_reservable=True),
        ),
        partly=gettext_noop("Only by one of them."),
        note=gettext_noop("2011/93 leaves it to each country."),
    ),
    Criterion(
        "L20",
        Group.JURISDICTION,
        gettext_noop("May own nationals be prosecuted though the act is legal where it was done?"),
        (*checked(_D, "17(4)"), *checked(_TH, "10(3)"), *checked(_LZ, "25(4)")),
        partly=gettext_noop(
            "Only for the offences that Article 17(4) of 2011/93 lists: Articles 4(4), 5(2) to (5) and 6 are not among them."
        ),
        note=gettext_noop(
            "`partly` is the honest answer where a country has only what 2011/93 asks for."
        ),
    ),
    Criterion(
        "L21",
        Group.JURISDICTION,
        gettext_noop(
            "Does jurisdiction follow access from the territory, wherever the server is?"
        ),
        checked(_D, "17(3)"),
        partly=gettext_noop("Only for some of the offences."),
    ),
)
