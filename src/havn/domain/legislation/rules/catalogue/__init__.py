# SPDX-License-Identifier: Apache-2.0
"""The catalogue of criteria: one file for each group, in the order in which pages show them."""

from havn.domain.legislation.rules.catalogue import (
    contact,
    evidence,
    jurisdiction,
    material,
    prevention,
    procedure,
    protection,
    providers,
)
from havn.domain.legislation.rules.criterion import Criterion

_FILES = (
    material, contact, procedure, jurisdiction, evidence, providers, protection, prevention,
)  # fmt: skip
CRITERIA: dict[str, Criterion] = {each.key: each for file in _FILES for each in file.CRITERIA}

__all__ = ["CRITERIA"]
