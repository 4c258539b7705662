# SPDX-License-Identifier: Apache-2.0
"""PV1 to PV4: what is done so that nothing happens."""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import (
    Criterion,
    Group,
    Instrument,
    checked,
)
from havn.lib.encoding import gettext_noop

_D = Instrument.DIRECTIVE

CRITERIA = (
    Criterion(
        "PV1",
        Group.PREVENTION,
        gettext_noop("Can people who fear that they might offend get help before they do?"),
        checked(_D, "22"),
        partly=gettext_noop("Only in some places, or only after an offence."),
    ),
    Criterion(
        "PV2",
        Group.PREVENTION,
        gettext_noop("Must children and those around them be told about the risks, online too?"),
        checked(_D, "23(1)-(2)"),
        partly=gettext_noop("It is done without a law or plan that asks for it."),
    ),
    Criterion(
        "PV3",
        Group.PREVENTION,
        gettext_noop("Are officials who meet child victims trained regularly, police included?"),
        checked(_D, "23(3)"),
        partly=gettext_noop("Only some of them, or only once."),
    ),
    Criterion(
        "PV4",
        Group.PREVENTION,
        gettext_noop(
            "Are programmes against offending again open to everyone accused or convicted, after an assessment of the risk?"
        ),
        checked(_D, "24(1)-(4)"),
        partly=gettext_noop("Only in prison, or without an assessment."),
    ),
)
