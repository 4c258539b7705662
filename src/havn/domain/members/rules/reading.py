# SPDX-License-Identifier: Apache-2.0
"""Reading JSON strictly: every field is named, has its kind, and nothing else is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from havn.domain.members.rules.errors import RosterError, RosterFault
from havn.lib.encoding import (
    EncodingError,
    JsonError,
    from_b64u,
    instant_of,
    instant_text,
    strict_json,
)

T = TypeVar("T")
MOST_BYTES = 1 << 20
DEEPEST = 16
_WORD = re.compile(r"[a-z][a-z_]{0,29}")


def parse_json(content: bytes, *, name: str, most: int = MOST_BYTES) -> dict[str, Any]:
    """Return the JSON object in a file; refuse what is too long, nested too deeply, or says a field twice."""  # R9 R20
    if len(content) > most:
        raise RosterError(RosterFault.TOO_LONG, f"{name} has more than {most} bytes.")
    try:
        found = strict_json(content, deepest=DEEPEST)
    except JsonError as error:
        why = str(error.__cause__ or f"nested deeper than {DEEPEST}").rstrip(".")
        raise RosterError(RosterFault.UNREADABLE, f"{name} is no JSON to read: {why}.") from error
    if not isinstance(found, dict):
        raise RosterError(RosterFault.UNREADABLE, f"{name} does not hold a JSON object.")
    return found


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object that is read field by field; `place` says where it stands, for the sentence."""

    values: dict[str, Any]
    place: str

    @classmethod
    def of(cls, value: Any, place: str, *, names: set[str]) -> Fields:
        """Return the object's fields; exactly these names must be there."""
        if not isinstance(value, dict):
            raise RosterError(RosterFault.BAD_VALUE, f"{place} must be an object.")
        unknown, missing = sorted(set(value) - names), sorted(names - set(value))
        shown = [each if each.isprintable() else ascii(each) for each in unknown]
        if unknown:
            raise RosterError(
                RosterFault.UNKNOWN_FIELD,
                f"{place} has fields that this version does not know: {', '.join(shown)}.",
            )
        if missing:
            raise RosterError(RosterFault.BAD_VALUE, f"{place} lacks {', '.join(missing)}.")
        return cls(value, place)

    def text(self, name: str, *, most: int = 200, least: int = 1) -> str:
        """Return a text of a bounded length, without control characters."""
        value = self.values[name]
        if (
            not isinstance(value, str)
            or not least <= len(value) <= most
            or value.strip() != value
            or not value.isprintable()
        ):
            self._refuse(name, f"must be a text of {least} to {most} characters")
        return str(value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return one of the allowed words."""
        value = self.values[name]
        if value not in allowed:
            self._refuse(name, f"must be one of {', '.join(allowed)}")
        return str(value)

    def number(self, name: str, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.values[name]
        if type(value) is not int or not least <= value <= most:
            self._refuse(name, f"must be a whole number from {least} to {most}")
        return int(value)

    def flag_or_instant(self, name: str) -> tuple[bool, datetime | None]:
        """Return whether it is so, and since when where an instant says so."""  # R32
        value = self.values[name]
        if type(value) is bool:
            return value, None
        found = instant_of(value) if isinstance(value, str) else None
        if found is None or instant_text(found) != value:
            self._refuse(name, "must be true, false or an instant like 2027-03-01T12:00:00Z")
        return True, found

    def identifier(self, name: str) -> UUID:
        """Return a UUID in its one written form."""
        value = self.values[name]
        try:
            found = UUID(value)
        except (ValueError, TypeError, AttributeError):
            found = None
        if found is None or str(found) != value:
            self._refuse(name, "must be a UUID in lower case")
        return UUID(str(value))

    def day(self, name: str) -> date:
        """Return a day, written like 2026-01-31."""
        value = self.values[name]
        try:
            found = date.fromisoformat(value)
        except (ValueError, TypeError):
            found = None
        if found is None or found.isoformat() != value:
            self._refuse(name, "must be a day like 2026-01-31")
        return date.fromisoformat(str(value))

    def day_or_none(self, name: str) -> date | None:
        """Return a day, or None where the field is null."""
        return None if self.values[name] is None else self.day(name)

    def key(self, name: str) -> bytes:
        """Return the 32 bytes of a public key, written in base64url."""
        value = self.values[name]
        try:
            found = from_b64u(value)
        except (EncodingError, ValueError, TypeError, AttributeError):
            found = b""
        if len(found) != 32:
            self._refuse(name, "must be 32 bytes in base64url without padding")
        return found

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of lower-case words, each once; a word that we do not know is kept and means nothing."""
        value = self._list(name)
        if not all(isinstance(each, str) and _WORD.fullmatch(each) for each in value):
            self._refuse(name, "must be a list of lower-case words")
        if len(set(value)) != len(value):
            self._refuse(name, "names something twice")
        return tuple(value)

    def codes(self, name: str, pattern: str, *, what: str) -> tuple[str, ...]:
        """Return a list of codes that follow a pattern, each once."""
        value = self._list(name)
        if not all(isinstance(each, str) and re.fullmatch(pattern, each) for each in value):
            self._refuse(name, f"must be a list of {what}")
        if len(set(value)) != len(value):
            self._refuse(name, "names something twice")
        return tuple(value)

    def matching(self, name: str, pattern: str, *, what: str) -> str:
        """Return a text that follows a pattern."""
        value = self.values[name]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            self._refuse(name, f"must be {what}")
        return str(value)

    def each(self, name: str, read: Callable[[Any, str], T], *, most: int = 1000) -> tuple[T, ...]:
        """Return a list whose entries are read one by one."""
        value = self._list(name)
        if len(value) > most:
            self._refuse(name, f"must have at most {most} entries")
        return tuple(read(each, f"{self.place}.{name}[{n}]") for n, each in enumerate(value))

    def inner(self, name: str, *, names: set[str]) -> Fields:
        """Return an object inside this one."""
        return Fields.of(self.values[name], f"{self.place}.{name}", names=names)

    def version(self, known: tuple[int, ...]) -> int:
        """Return the file's version, or refuse one that this program does not know."""
        value = self.values["v"]
        if type(value) is not int or value not in known:
            raise RosterError(
                RosterFault.UNKNOWN_VERSION,
                f"{self.place} has the version {value!r}, which this program does not know. "
                "Upgrade Havn.",
            )
        return value

    def _list(self, name: str) -> list[Any]:
        value = self.values[name]
        if not isinstance(value, list):
            self._refuse(name, "must be a list")
        return list(value)

    def _refuse(self, name: str, wish: str) -> None:
        raise RosterError(RosterFault.BAD_VALUE, f"{self.place}.{name} {wish}.")


def version_first(value: dict[str, Any], place: str, *, known: tuple[int, ...]) -> None:
    """Refuse an unknown version before any other field is looked at: a later one may have others."""  # R21
    Fields({"v": value.get("v")}, place).version(known)
