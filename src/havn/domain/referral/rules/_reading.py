# SPDX-License-Identifier: Apache-2.0
"""Reading the body of an event strictly: every field known, of its type, within its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from havn.lib import feed
from havn.lib.encoding import holds_encoded_file, instant_of

_E = TypeVar("_E", bound=StrEnum)


class BodyFault(StrEnum):
    """What is wrong with the body of an event."""

    NOT_AN_OBJECT = "body_not_an_object"
    UNKNOWN_VERSION = "body_unknown_version"
    UNKNOWN_FIELD = "body_unknown_field"
    MISSING_FIELD = "body_missing_field"
    WRONG_TYPE = "body_wrong_type"
    TOO_LONG = "body_too_long"
    BAD_VALUE = "body_bad_value"
    NOT_AN_INSTANT = "body_not_an_instant"
    NOT_AN_ADDRESS = "body_not_an_address"
    NOT_CONFIRMED = "body_not_confirmed"
    HOLDS_A_FILE = "body_holds_a_file"


class BodyError(Exception):
    """The body cannot be taken; `code` names the fault, the text the field."""

    def __init__(self, fault: BodyFault, field: str) -> None:
        self.code = fault.value
        self.field = field
        super().__init__(f"{fault.value}: {field}")


class Fields:
    """The fields of one object; whatever is not asked for is refused by `done`."""

    def __init__(self, given: Any, name: str) -> None:
        if not isinstance(given, Mapping):
            raise BodyError(BodyFault.NOT_AN_OBJECT, name)
        self._given, self._name, self._asked = given, name, {"v"} if name == "body" else set()

    def raw(self, field: str) -> Any:
        """Return a field as it is; it must be there."""
        self._asked.add(field)
        if field not in self._given:
            raise BodyError(BodyFault.MISSING_FIELD, self._place(field))
        return self._given[field]

    def text(self, field: str, *, most: int, least: int = 0) -> str:
        """Return a text of bounded length that holds no file written as letters."""
        value: str = self._of(str, field)
        if len(value) > most:
            raise BodyError(BodyFault.TOO_LONG, self._place(field))
        if len(value) < least:
            raise BodyError(BodyFault.BAD_VALUE, self._place(field))
        if holds_encoded_file(value):
            raise BodyError(BodyFault.HOLDS_A_FILE, self._place(field))
        return value

    def proof(self, field: str, *, most: int) -> str:
        """Return a proof file (F46) or nothing; its hashes are written as letters too, and are no file."""
        value: str = self._of(str, field)
        if len(value) > most:
            raise BodyError(BodyFault.TOO_LONG, self._place(field))
        if value and not feed.is_bare_proof(value):
            raise BodyError(BodyFault.BAD_VALUE, self._place(field))
        return value

    def texts(self, field: str, *, most: int, longest: int) -> tuple[str, ...]:
        """Return a list of texts of bounded number and length."""
        values = self._of(list, field)
        if len(values) > most:
            raise BodyError(BodyFault.TOO_LONG, self._place(field))
        return tuple(
            Fields({field: each}, self._name).text(field, most=longest) for each in values
        )

    def words(self, field: str, *, names: frozenset[str], longest: int) -> dict[str, str]:
        """Return an object of texts, whose names are known."""
        value = self._of(dict, field)
        if set(value) - names:
            raise BodyError(BodyFault.UNKNOWN_FIELD, self._place(field))
        return {name: Fields(value, self._place(field)).text(name, most=longest) for name in value}

    def number(self, field: str, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value: int = self._of(int, field)
        if isinstance(value, bool):
            raise BodyError(BodyFault.WRONG_TYPE, self._place(field))
        if not least <= value <= most:
            raise BodyError(BodyFault.BAD_VALUE, self._place(field))
        return value

    def instant(self, field: str) -> datetime:
        """Return an instant with its offset."""
        found = instant_of(self.text(field, most=40))
        if found is None:
            raise BodyError(BodyFault.NOT_AN_INSTANT, self._place(field))
        return found

    def instant_or_none(self, field: str) -> datetime | None:
        """Return an instant, or None where the field is null."""
        return None if self.raw(field) is None else self.instant(field)

    def country(self, field: str, *, may_be_empty: bool = True) -> str:
        """Return two capital letters, or nothing."""
        value = self.text(field, most=2)
        is_code = len(value) == 2 and value.isascii() and value.isupper() and value.isalpha()
        if not is_code and (value or not may_be_empty):
            raise BodyError(BodyFault.BAD_VALUE, self._place(field))
        return value

    def uuid(self, field: str) -> UUID:
        """Return a UUID in its usual form."""
        value = self.text(field, most=36)
        try:
            found = UUID(value)
        except ValueError as error:
            raise BodyError(BodyFault.BAD_VALUE, self._place(field)) from error
        if str(found) != value:
            raise BodyError(BodyFault.BAD_VALUE, self._place(field))
        return found

    def one_of(self, field: str, values: type[_E]) -> _E:
        """Return a member of an enumeration."""
        try:
            return values(self.text(field, most=40))
        except ValueError as error:
            raise BodyError(BodyFault.BAD_VALUE, self._place(field)) from error

    def part(self, field: str) -> Fields:
        """Return an object that must be there."""
        return Fields(self.raw(field), self._place(field))

    def parts(self, field: str, *, most: int) -> tuple[Fields, ...]:
        """Return a list of objects of bounded number."""
        values = self._of(list, field)
        if len(values) > most:
            raise BodyError(BodyFault.TOO_LONG, self._place(field))
        return tuple(Fields(each, self._place(field)) for each in values)

    def part_or_none(self, field: str) -> Fields | None:
        """Return an object, or None where the field is null."""
        return None if self.raw(field) is None else self.part(field)

    def done(self) -> None:
        """Refuse what nobody asked for."""
        unknown = sorted(set(self._given) - self._asked)
        if unknown:
            raise BodyError(BodyFault.UNKNOWN_FIELD, self._place(str(unknown[0])[:40]))

    def _of(self, kind: type[Any], field: str) -> Any:
        value = self.raw(field)
        if not isinstance(value, kind):
            raise BodyError(BodyFault.WRONG_TYPE, self._place(field))
        return value

    def _place(self, field: str) -> str:
        return f"{self._name}.{field}"
