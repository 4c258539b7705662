# SPDX-License-Identifier: Apache-2.0
"""Who is not bound by a directive although it is, or was, a member of the European Union.

An answer is given for each country and article and is never taken over from membership: this table only lets
pages say so where the directive itself does.
"""

from __future__ import annotations

from havn.domain.legislation.rules.criterion import Instrument

# By country: the recital of the directive that says so.
NOT_BOUND: dict[Instrument, dict[str, int]] = {
    Instrument.DIRECTIVE: {"DK": 52},
    Instrument.TRAFFICKING: {"DK": 36, "GB": 35},  # as it was adopted
}


def not_bound(member: str, instrument: Instrument) -> int | None:
    """Return the recital that says that a country is not bound by an instrument; None where none does."""
    return NOT_BOUND.get(instrument, {}).get(member)
