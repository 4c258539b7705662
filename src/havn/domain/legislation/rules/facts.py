# SPDX-License-Identifier: Apache-2.0
"""The codes of the fact `criterion_assessed`, as indicators read them: lower-case words and numbers."""

from __future__ import annotations

from uuid import UUID, uuid5

from havn.domain.legislation.rules.answering import NewAnswer
from havn.domain.legislation.rules.catalogue import CRITERIA
from havn.domain.legislation.rules.criterion import Group

_OF_CRITERIA = UUID("0b0d3c2e-9c0f-4b63-8a53-2f6f6d1a7f25")
_GROUPS = {
    Group.MATERIAL: "offences",
    Group.CONTACT: "offences",
    Group.PROCEDURE: "procedure",
    Group.JURISDICTION: "procedure",
    Group.EVIDENCE: "procedure",
}


def fact_subject(member: str, key: str) -> UUID:
    """Return what facts about one criterion of one country are about: the same each time."""
    return uuid5(_OF_CRITERIA, f"{member}:{key}")


def fact_codes(given: NewAnswer) -> dict[str, object]:
    """Return the codes of the fact that an answer was given."""
    group = CRITERIA[given.key].group
    codes: dict[str, object] = {
        "criterion": given.key.lower().replace(".", "_"),
        "group": _GROUPS.get(group, group.value),
        "value": given.value.value,
    }
    return codes if given.number is None else codes | {"number": given.number}
