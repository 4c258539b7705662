# SPDX-License-Identifier: Apache-2.0
"""Run on a hub (`python -m tests.support.hub_results`): results of twelve countries and two years, and a half-year."""

from __future__ import annotations


def main() -> int:
    from havn.cli import start

    start.prepare()
    from havn.domain.publication.models import PublishedFigure
    from tests.support.half_year import halves, shown
    from tests.support.published import fill

    members = ["DK", "SE", "NO", "FI", "DE", "FR", "IT", "ES", "PT", "GR", "US", "MT"]
    fill(members, ["2024", "2025"], stated=frozenset({"US"}))
    for each in halves(member="SE"):
        shown(each)
    # Re-checks were on time, so that nothing about removal is unfit to be compared.
    PublishedFigure.objects.filter(indicator="R20").update(value=97)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
