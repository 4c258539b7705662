# SPDX-License-Identifier: Apache-2.0
"""Reads the node's policy file: intervals, limits and defaults."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from havn.domain.cases.rules import LegalClass, Policy, faults_of

SHIPPED = Path(__file__).resolve().parent / "policies"
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class PolicyRefusedError(ImproperlyConfigured):
    """The policy file cannot be used; the message names the line to mend."""


def read_policy(name: str) -> Policy:
    """Return the shipped policy of that name, or the one in the file at that path."""
    path = SHIPPED / f"{name}.toml"
    if not path.is_file():
        path = Path(name)
    if not path.is_file():
        raise PolicyRefusedError(
            f"HAVN_POLICY names {name!r}, which is neither a shipped policy nor a file."
        )
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyRefusedError(f"{path.name} is not valid TOML: {error}") from error
    return _policy_of(values, path.name)


def _policy_of(values: dict[str, Any], file_name: str) -> Policy:
    defaults = Policy()
    known = {field.name for field in fields(Policy)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise PolicyRefusedError(f"{file_name} has unknown settings: {', '.join(unknown)}.")
    read: dict[str, Any] = {}
    for name, value in values.items():
        try:
            read[name] = _value_like(getattr(defaults, name), value)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise PolicyRefusedError(
                f"{file_name}: {name} cannot be {value!r} ({error})."
            ) from error
    policy = Policy(**read)
    faults = faults_of(policy)
    if faults:
        raise PolicyRefusedError(f"{file_name} cannot be used: {' '.join(faults)}")
    return policy


def _value_like(default: object, value: Any) -> Any:
    if isinstance(default, timedelta):
        return duration(value)
    if isinstance(default, LegalClass):
        return LegalClass(value)
    if isinstance(default, dict):
        return {str(key): duration(each) for key, each in value.items()}
    if isinstance(default, tuple):
        if not isinstance(value, list):
            raise TypeError("write a list")
        return tuple(_like_each(default[0], each) for each in value)
    if isinstance(default, int):
        if type(value) is not int:
            raise TypeError("write a whole number")
        return value
    return str(value)


def _like_each(default: object, value: Any) -> Any:
    if not isinstance(default, tuple):
        return duration(value)
    if not isinstance(value, list):
        raise TypeError("write pairs of durations")
    return tuple(duration(part) for part in value)


def duration(text: str) -> timedelta:
    """Return the duration written like `15 min`, `24 h`, `3 s` or `30 d`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?(s|min|h|d)", str(text).strip())
    if match is None:
        raise ValueError("write a number and one of s, min, h, d")
    try:
        return timedelta(**{_UNITS[match[2]]: float(match[1])})
    except OverflowError:
        raise ValueError("that is longer than any calendar") from None
