# SPDX-License-Identifier: Apache-2.0
"""A value against a definition of the schema: one fault for each field that is wrong, in plain words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

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
    found = [ReportFault("wrong_type", _place(where, path)) for path in _inexact(value)]  # N3
    try:
        for error in _validator(definition).iter_errors(value):
            found += _faults(error, where)
    except UnicodeEncodeError:  # half a pair of surrogates is in no text
        found.append(ReportFault("not_json", where))
    return sorted(set(found), key=lambda each: (each.place, each.code, each.value))


def shown(value: object) -> str:
    """Return a stranger's value so that it may stand in a sentence: short, and nothing invisible."""
    text = "".join(c if c.isprintable() else "?" for c in str(value)[: _SHOWN + 1])
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


@functools.cache
def _validator(definition: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})


def _faults(error: ValidationError, where: str) -> Iterator[ReportFault]:
    place = _place(where, error.instance_path)
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.AnyOf):
        # The first alternative says what belongs here; the others are null or a word instead.
        for each in kind.context[0]:
            yield from _faults(each, where)
    elif isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            yield ReportFault("unknown_field", place, shown(name))
    elif isinstance(kind, ValidationErrorKind.Required):
        yield ReportFault("missing_field", place, kind.property)
    else:
        yield ReportFault(_CODES.get(kind.name, "bad_value"), place)


def _place(where: str, path: Iterable[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{shown(step)}"
    return f"{where}: {text.removeprefix('.')}" if text else where


def _inexact(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where JSON Schema lets pass what no two languages read alike: fractions that are whole numbers."""
    if isinstance(value, float):
        yield path
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _inexact(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _inexact(each, (*path, number))
