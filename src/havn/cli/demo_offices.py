# SPDX-License-Identifier: Apache-2.0
"""Made-up offices of countries without a node: each fills a workbook in, reads it back, signs it and sends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from havn.kit import national_report as kit

OFFICE, MINISTER = "National rapporteur (made up)", "Minister of Justice (made up)"
KINDS = ("xlsx", "ods", "csv")
SOURCE = "Register of the office (made up)"
# indicator and measure: the least value, and how much it differs between countries
COUNTS = {
    ("R01", "received"): (40, 70),
    ("V01", "identified"): (6, 9),
    ("P06", "identified"): (5, 8),
}
MEDIANS = {
    ("R05", "median_hours"): (30, 90),
    ("R04", "median_hours"): (12, 60),
    ("P01", "median_hours"): (4, 30),
}
SHARES = {
    ("R06", "within_7d"): 0.6,
    ("P02", "within_24h"): 0.7,
    ("R20", "in_time"): 0.7,
    ("P12", "trained"): 0.5,
}


@dataclass(frozen=True, slots=True)
class Office:
    """The office of a country, with the key that the hub knows."""

    member: str
    number: int
    private: bytes

    @property
    def public(self) -> bytes:
        """The public half."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def report(self, year: int, *, folder: Path, at: datetime) -> bytes:
        """Return the signed report of a year; its workbook stays in the folder."""
        from havn.cli import report_files
        from havn.cli.report_layout import layout_of
        from havn.kit import national_report as kit

        layout = layout_of(self.member, str(year), ("en",))
        kind = KINDS[self.number % len(KINDS)]
        file = folder / f"{self.member}-{year}.{kind}"
        file.write_bytes(kit.write_workbook(layout, kind, self._filled(layout, year)))
        said = report_files.read(file)
        on = date(year + 1, 3, 1 + self.number % 28)
        signing = report_files.Signing(self.private, (OFFICE, MINISTER), on, at)
        return said.sign(signing).content

    def _filled(self, layout: kit.Layout, year: int) -> kit.Workbook:
        from havn.kit import national_report as kit

        return kit.Workbook(
            member=self.member,
            year=str(year),
            known_until=date(year + 1, 1, 31),
            figures=tuple(self._figures(layout.rows, year)),
            texts=(kit.StatedText("overview", "en", "All of this is made up."),),
        )

    def _figures(self, rows: Sequence[kit.LayoutRow], year: int) -> Iterator[kit.StatedFigure]:
        from havn.kit import national_report as kit

        turn = self.number * 7 + year % 10 * 3
        for row in rows:
            key = (row.indicator, row.measure)
            told: dict[str, Any] = {"row": row, "source": SOURCE}
            if row.breakdown:
                continue
            if key in COUNTS:
                least, spread = COUNTS[key]
                yield kit.StatedFigure(**told, value=str(least + turn % spread))
            elif key in MEDIANS:
                least, spread = MEDIANS[key]
                yield kit.StatedFigure(
                    **told, value=f"{least + turn % spread}.5", n=40 + turn % 60
                )
            elif key in SHARES:
                of = 40 + turn % 60
                part = min(of - 1, round(of * (SHARES[key] + turn % 25 / 100)))
                share = f"{100 * part / of:.1f}"
                yield kit.StatedFigure(**told, value=share, numerator=part, denominator=of)


def offices(members: Sequence[str]) -> list[Office]:
    """Return an office with a fresh key for each country."""
    from havn.lib.signing import new_signing_pair

    return [Office(member, number, new_signing_pair()[0]) for number, member in enumerate(members)]
