# SPDX-License-Identifier: Apache-2.0
"""The 21 capabilities of the Model National Response (2016), for a country's private look at itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from havn.lib.encoding import gettext_noop

PHASES: Final = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability with its number, name and group."""

    number: int
    name: str
    group: str


_GOVERNANCE = gettext_noop("Policy and governance")
_JUSTICE = gettext_noop("Criminal justice")
_VICTIM = gettext_noop("Victim")
_SOCIETAL = gettext_noop("Societal")
_INDUSTRY = gettext_noop("Industry")
_MEDIA = gettext_noop("Media")

_NAMES = (
    (gettext_noop("Leadership"), _GOVERNANCE),
    (gettext_noop("Research, analysis and monitoring"), _GOVERNANCE),
    (gettext_noop("Legislation"), _GOVERNANCE),
    (gettext_noop("Dedicated law enforcement"), _JUSTICE),
    (gettext_noop("Judiciary and prosecutors"), _JUSTICE),
    (gettext_noop("Offender management"), _JUSTICE),
    (gettext_noop("Access to image databases"), _JUSTICE),
    (gettext_noop("End-to-end support"), _VICTIM),
    (gettext_noop("Child protection workforce"), _VICTIM),
    (gettext_noop("Compensation, remedies and complaints"), _VICTIM),
    (gettext_noop("Child helpline"), _VICTIM),
    (gettext_noop("Hotline"), _SOCIETAL),
    (gettext_noop("Education programme"), _SOCIETAL),
    (gettext_noop("Child participation"), _SOCIETAL),
    (gettext_noop("Offender support systems"), _SOCIETAL),
    (gettext_noop("Takedown procedures"), _INDUSTRY),
    (gettext_noop("Reporting by industry"), _INDUSTRY),
    (gettext_noop("Innovative solutions"), _INDUSTRY),
    (gettext_noop("Corporate social responsibility"), _INDUSTRY),
    (gettext_noop("Ethical media reporting"), _MEDIA),
    (gettext_noop("Universal terminology"), _MEDIA),
)
CAPABILITIES = tuple(
    Capability(number, name, group) for number, (name, group) in enumerate(_NAMES, start=1)
)
