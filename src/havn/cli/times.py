# SPDX-License-Identifier: Apache-2.0
"""Days and instants that a command is given: read, or refused with a sentence that shows how to write one."""

from __future__ import annotations

from datetime import UTC, date, datetime

from havn.cli.endings import CouldNotError


def day_of(text: str) -> date:
    """Return the day that the text names; raises CouldNotError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CouldNotError(f"{text!r} is no day. Write it like 2027-03-01.") from None


def instant_of(text: str) -> datetime:
    """Return the instant that the text names, the first of a day, in UTC where it names no zone.

    Raises CouldNotError where it is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        sentence = (
            f"{text!r} is no day and no instant. Write it like 2027-03-01 or 2027-03-01T12:00."
        )
        raise CouldNotError(sentence) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
