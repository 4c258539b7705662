# SPDX-License-Identifier: Apache-2.0
"""Gives a node that stands three years of a government's work; run in the node's environment.

HAVN_DATA=... python -m tests.support.government_years RAPPORTEUR SIGNATORY DATA_OWNER
The first year's report was released, the second is being written and offices are asked for it, the third is a
draft as the node makes it; of its parts all but one are confirmed. One promise was kept, one is late, one has
another day. Prints the years, the reports, and the links of two questions that no longer stand.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from havn.cli.demo_government import Government

SCALE = 4
KINDS = {"report", "item", "referral"}  # a page of so many tables is long enough
OPEN_PART = "police"  # left to its data owner
FIGURE, PARAGRAPH = "schools@education.example", "courses@education.example"
ASKS = (
    ("Education agency", FIGURE, "figure", "How many schools held a session about safety online?"),
    ("Police academy", PARAGRAPH, "paragraph", "Which courses were held for investigators?"),
)


def main(*people: str) -> int:
    """Write what happened, from the first year on."""
    from havn.cli import demo_government, start

    start.prepare()
    from havn.domain.actor import Actor
    from havn.domain.reporting import rules, services
    from havn.lib.clock import now

    at, here = now(), _government(*people)
    system = Actor.system(organisation=here.organisation)
    last = at.year - 1 if at >= rules.draft_from(at.year - 1) else at.year - 2
    first, second, third = last - 2, last - 1, last
    for year in (first, second, third):
        _facts(here, year)
    demo_government.make_promises(here, first)
    demo_government.make_report(here, first, released_at=demo_government.moment(first + 1, 3, 24))
    reports = {
        year: services.make_draft(year=year, actor=system, at=rules.draft_from(year))
        for year in (second, third)
    }
    for part in rules.PARTS:
        if part.value != OPEN_PART:
            services.confirm_part(report_id=reports[third], part=part, actor=here.owner, at=at)
    json.dump(
        {
            "years": [first, second, third],
            "briefed": str(reports[second]),
            **_asks(here, reports[second], at),
        },
        sys.stdout,
    )
    return 0


def _government(*people: str) -> Government:
    from havn.cli.demo_government import Government
    from havn.domain.accounts import selectors as accounts
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members

    own = members.own_node(actor=Actor.operator())
    rapporteur, signatory, owner = (accounts.actor_of(person_id=UUID(each)) for each in people)
    return Government(rapporteur, signatory, owner, own.organisation_id, own.member_code)


def _facts(here: Government, year: int) -> None:
    from havn.cli.demo_facts import MadeUpQuarter, record
    from havn.domain.indicators.rules import Quarter

    for number in range(1, 5):
        quarter = Quarter(year, number)
        scale = SCALE + year % 3 + number
        told = MadeUpQuarter(quarter, here.organisation, here.member, scale).facts()
        record([each for each in told if each.kind in KINDS], organisation=here.organisation)


def _asks(here: Government, report: UUID, at: datetime) -> dict[str, str]:
    """Ask two offices; and two more, of whose links one was withdrawn and one has expired."""
    from havn.domain.reporting import services

    def ask(office: str, email: str, wants: str, question: str, *, asked_at: datetime) -> UUID:
        due_on = (asked_at + timedelta(days=40)).date()
        return services.ask_office(
            report_id=report,
            ask=services.NewAsk(office, email, "en", question, wants, due_on),
            actor=here.rapporteur,
            at=asked_at,
        )

    for office, email, wants, question in ASKS:
        ask(office, email, wants, question, asked_at=at)
    _office, _email, wants, question = ASKS[0]
    long_ago = datetime(at.year - 1, 1, 10, 9, tzinfo=UTC)
    expired = ask("Former agency", "former@education.example", wants, question, asked_at=long_ago)
    withdrawn = ask("Other agency", "other@education.example", wants, question, asked_at=at)
    services.withdraw_ask(ask_id=withdrawn, actor=here.rapporteur, at=at)
    return {
        "expired": services.office_token(ask_id=expired, asked_at=long_ago),
        "withdrawn": services.office_token(ask_id=withdrawn, asked_at=at),
    }


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
