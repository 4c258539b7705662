# SPDX-License-Identifier: Apache-2.0
"""A value against a definition of the schema: one fault for each field that is wrong, in plain words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from havn.lib.wire._faults import ReportFault
from havn.lib.wire._national_report_schema import SCHEMA, VERSION

_CODES = {
    "additionalProperties": "unknown_field",
    "required": "missing_field",
    "type": "wrong_type",
    "enum": "bad_value",
    "const": "bad_value",
    "pattern": "bad_value",
    "maxLength": "too_long",
    "maxItems": "too_long",
    "maxProperties": "too_long",
    "minLength": "too_short",
    "minItems": "too_short",
    "minProperties": "too_short",
    "minimum": "out_of_bounds",
    "maximum": "out_of_bounds",
}
_SHOWN = 40  # characters of a name that somebody else chose


def schema_faults(value: Any, definition: str, where: str) -> list[ReportFault]:
    """Return what the schema has against a value; a version that is not known is the only thing said of it."""
    if not isinstance(value, dict):
        return [ReportFault("not_an_object", where)]
    version = value.get("v", VERSION)
    if version != VERSION or type(version) is not int:  # N2
        return [ReportFault("unknown_version", where, shown(version))]
    found = list(_inexact(value, where))  # N3
    for error in _validator(definition).iter_errors(value):
        found += _faults(error, where)
    return sorted(set(found), key=lambda each: (each.place, each.code, each.value))


def shown(value: object) -> str:
    """Return a stranger's value so that it may stand in a sentence: short, and nothing invisible."""
    text = "".join(c if c.isprintable() else "?" for c in str(value)[: _SHOWN + 1])
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


@functools.cache
def _validator(definition: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})


def _faults(error: ValidationError, where: str) -> Iterator[ReportFault]:
    if error.validator == "anyOf" and error.context:
        # The first alternative says what belongs here; the others are null or a word instead.
        meant = [each for each in error.context if each.schema_path[0] == 0]
        for each in meant:
            yield from _faults(each, where)
        return
    place = _place(where, error.absolute_path)
    if error.validator == "additionalProperties":
        known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
        for name in sorted(set(_instance(error)) - set(known)):
            yield ReportFault("unknown_field", place, shown(name))
    elif error.validator == "required":
        needed: list[str] = list(error.validator_value)
        for name in sorted(set(needed) - set(_instance(error))):
            yield ReportFault("missing_field", place, name)
    else:
        yield ReportFault(_CODES.get(str(error.validator), "bad_value"), place)


def _instance(error: ValidationError) -> dict[str, Any]:
    return error.instance if isinstance(error.instance, dict) else {}


def _place(where: str, path: Iterable[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{shown(step)}"
    return f"{where}: {text.removeprefix('.')}" if text else where


def _inexact(value: Any, place: str) -> Iterator[ReportFault]:
    """Yield what JSON Schema lets pass and no two languages read alike: fractions that are whole numbers."""
    if isinstance(value, float):
        yield ReportFault("wrong_type", place)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _inexact(each, _further(place, f".{shown(name)}"))
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _inexact(each, _further(place, f"[{number}]"))


def _further(place: str, step: str) -> str:
    return f"{place}{step}" if ": " in place else f"{place}: {step.removeprefix('.')}"
