# SPDX-License-Identifier: Apache-2.0
"""L25: what providers must do; two parts, each answered by itself."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Criterion,
    Group,
    Instrument,
    NumberRule,
    checked,
)
from havn.lib.encoding import gettext_noop

_D, _IC, _DSA = Instrument.DIRECTIVE, Instrument.ICMEC, Instrument.SERVICES
_NOTE = gettext_noop(
    "Blocking (Article 25(2) of 2011/93) is optional and needs safeguards: describe it in the note."
)
_HOURS = NumberRule(
    meaning=gettext_noop("Within how many hours, where the law says a number"),
    unit=gettext_noop("hours"),
    least=1,
    most=8784,
)

CRITERIA = (
    Criterion(
        "L25",
        Group.PROVIDERS,
        gettext_noop("Must providers report what they find to an authority?"),
        (*checked(_IC, "5"), *checked(_DSA, "18")),
        partly=gettext_noop("Only some providers, or only some offences."),
        note=_NOTE,
        number=_HOURS,
        part="report",
        part_name=gettext_noop("report"),
    ),
    Criterion(
        "L25",
        Group.PROVIDERS,
        gettext_noop("Must providers remove the material at its source?"),
        (*checked(_D, "25(1)"), *checked(_DSA, "9", "16")),
        partly=gettext_noop("Only some providers, or only after a court order."),
        note=_NOTE,
        number=_HOURS,
        part="remove",
        part_name=gettext_noop("remove"),
    ),
)
