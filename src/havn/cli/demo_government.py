# SPDX-License-Identifier: Apache-2.0
"""What a made-up government does on its node in two past years; run on the node's machine.

HAVN_DATA=... python -m havn.cli.demo_government past --scale 16 [--late]
HAVN_DATA=... python -m havn.cli.demo_government correct
HAVN_DATA=... python -m havn.cli.demo_government dispute --against EE
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from havn.cli import demonstration, start

if TYPE_CHECKING:
    from havn.domain.actor import Actor

FREEZE_AFTER = timedelta(days=10)
MINISTRY, SIGNATORY, STATISTICS = (
    "Ministry (made up)",
    "Minister (made up)",
    "Statistics (made up)",
)
TEXTS = {
    "overview": "All of this is made up. The year brought more reports than the year before.",
    "missing": "All of this is made up. Nothing that is owed is missing.",
}
LAW = "Criminal Code (made up)"
ANSWERS = (
    ("L01", "yes", None), ("L02", "yes", 18), ("L03", "yes", None), ("L04", "yes", None),
    ("L05", "no", None), ("L06", "partly", None), ("L08", "yes", None), ("L15", "yes", None),
    ("L18", "yes", None), ("L25.remove", "partly", 24),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Government:
    """The people of the demonstration by role, and for whom they act."""

    rapporteur: Actor
    signatory: Actor
    owner: Actor
    organisation: UUID
    member: str

    @classmethod
    def here(cls) -> Government:
        """Return those of this node."""
        from havn.domain.accounts import selectors as accounts
        from havn.domain.members import selectors as members

        own = members.own_node(actor=start.operator())
        logins = json.loads(demonstration.logins_path().read_text(encoding="utf-8"))
        by_role = {role: each["person_id"] for each in logins for role in each["roles"]}
        actors = {
            role: accounts.actor_of(person_id=UUID(by_role[role]))
            for role in ("rapporteur", "signatory", "data_owner")
        }
        return cls(
            actors["rapporteur"],
            actors["signatory"],
            actors["data_owner"],
            own.organisation_id,
            own.member_code,
        )


def past_years(at: datetime) -> tuple[int, int]:
    """Return the last two years that are over."""
    return at.year - 2, at.year - 1


def moment(year: int, month: int, day: int) -> datetime:
    """Return an office hour of the past."""
    return datetime(year, month, day, 10, tzinfo=UTC)


@click.group()
def main() -> None:
    """Let a made-up government act.

    Example: python -m havn.cli.demo_government past --scale 16
    """
    start.prepare()


@main.command()
@click.option("--scale", type=int, default=16, help="How much happens in a quarter.")
@click.option("--late", "is_late", is_flag=True, help="Release the second report after its day.")
def past(*, scale: int, is_late: bool) -> None:
    """Make eight quarters, freeze them, promise, answer for the law, and release two reports.

    Example: python -m havn.cli.demo_government past --scale 16 --late
    """
    from havn.lib.clock import now

    at, here = now(), Government.here()
    first, second = past_years(at)
    facts = sum(_quarters(here, year, scale=scale) for year in (first, second))
    make_promises(here, first)
    answers = _answer_for_law(here, moment(second, 5, 6))
    reports = []
    for year, day in ((first, (3, 20)), (second, (4, 12) if is_late else (3, 24))):
        reports.append(str(make_report(here, year, released_at=moment(year + 1, *day))))
    json.dump({"facts": facts, "answers": answers, "reports": reports}, sys.stdout)


def _quarters(here: Government, year: int, *, scale: int) -> int:
    """Write the facts of a year's quarters, and freeze each ten days after its end."""
    from havn.cli.demo_facts import MadeUpQuarter, record
    from havn.domain.indicators.rules import Quarter
    from havn.domain.reporting import services as reporting

    written = 0
    for number in range(1, 5):
        quarter = Quarter(year, number)
        told = MadeUpQuarter(quarter, here.organisation, here.member, scale + number).facts()
        written += record(told, organisation=here.organisation)
    for number in range(1, 5):
        quarter = Quarter(year, number)
        frozen_at = quarter.ends_at + FREEZE_AFTER
        reporting.freeze_quarter(period=str(quarter), actor=start.operator(), at=frozen_at)
    return written


def make_report(here: Government, year: int, *, released_at: datetime) -> UUID:
    """Begin a report on 31 January, let parts be confirmed, write its texts, and release it by two persons."""
    from havn.domain.reporting import rules, services

    began_at = moment(year + 1, 1, 31)
    report = services.make_draft(year=year, actor=here.rapporteur, at=began_at)
    for part in rules.PARTS:
        services.name_owner(
            part=part,
            person_id=here.owner.identifier or UUID(int=0),
            office=STATISTICS,
            actor=here.rapporteur,
            at=began_at,
        )
        services.confirm_part(
            report_id=report, part=part, actor=here.owner, at=began_at + timedelta(days=9)
        )
    _finish(here, report, at=released_at)
    return report


def _finish(here: Government, report: UUID, *, at: datetime) -> None:
    """Write what is missing, and release by rapporteur and signatory."""
    from havn.domain.reporting import selectors, services

    texts: dict[str, str] = {}
    for point in selectors.what_is_open(report_id=report, actor=here.rapporteur):
        if point.code == "overview_missing":  # a correction has the texts of what it corrects
            texts |= TEXTS
        elif point.code == "note_missing":
            indicator = point.sentence.split()[0]
            texts[f"note:{indicator}"] = "All of this is made up. More happened than before."
    for kind, text in texts.items():
        services.write_text(
            report_id=report, kind=kind, language="en", text=text, based_on=(),
            actor=here.rapporteur, at=at - timedelta(days=3),
        )  # fmt: skip
    for who, office in ((here.rapporteur, MINISTRY), (here.signatory, SIGNATORY)):
        services.release_report(report_id=report, office=office, factor_at=at, actor=who, at=at)


def make_promises(here: Government, year: int) -> None:
    """Make three promises: one that is kept, one that is late, one that got a new day after it was late."""
    from havn.domain.commitments import services

    for number, terms in enumerate(_terms(year)):
        at = moment(year, 2, 3 + number)
        made = services.propose(terms=terms, office=MINISTRY, actor=here.rapporteur, at=at)
        services.adopt(
            commitment_id=made, office=SIGNATORY, actor=here.signatory, at=at + timedelta(days=20)
        )
        services.start(
            commitment_id=made, office=MINISTRY, day=date(year, 4, 1), actor=here.rapporteur,
            at=moment(year, 4, 2),
        )  # fmt: skip
        if number == 0:
            _keep(here, made, year)
        if number == 2:
            services.redate(
                commitment_id=made, office=SIGNATORY, day=date(year + 3, 6, 30),
                reason="All of this is made up. The law took longer.", actor=here.signatory,
                at=moment(year + 1, 3, 4),
            )  # fmt: skip
    _act(here, year)


def _terms(year: int) -> Iterator[Any]:
    from havn.domain.commitments.rules import Deliverable, IndicatorAim, Terms

    aim = IndicatorAim("R05", "median_hours", "down", Decimal(80), date(year, 1, 31), Decimal(60))
    unit = Deliverable(
        {"en": "A unit of ten investigators", "da": "En enhed på ti efterforskere"},
        {"en": "Two investigators", "da": "To efterforskere"},
    )
    law = Deliverable(
        {"en": "A law that covers generated material", "da": "En lov om fremstillet materiale"},
        {"en": "No law", "da": "Ingen lov"},
    )
    for target, goal, title, measure, due in (
        (4, "G4.2", ("Remove faster", "Fjern hurtigere"), aim, date(year + 1, 6, 30)),
        (2, "G2.1", ("A unit of its own", "En egen enhed"), unit, date(year + 1, 9, 30)),
        (2, "G2.1", ("Close the gap in the law", "Luk hullet i loven"), law, date(year, 12, 31)),
    ):
        words = {"en": f"{title[0]} (made up)", "da": f"{title[1]} (opdigtet)"}
        yield Terms(target, goal, words, words, MINISTRY, measure, start=date(year, 3, 1), due=due)


def _keep(here: Government, commitment: UUID, year: int) -> None:
    """Say that a promise was kept, and let a second office confirm it, before its day."""
    from havn.domain.commitments import services
    from havn.domain.commitments.rules import Evidence, EvidenceKind

    at = moment(year + 1, 5, 20)
    shown = Evidence(
        EvidenceKind.VALUE, at.date(), Decimal(52), "Results of the year (made up)", "", at
    )
    services.claim(
        commitment_id=commitment, office=MINISTRY, evidence=shown, actor=here.rapporteur, at=at
    )
    services.confirm(
        commitment_id=commitment, office=STATISTICS, actor=here.owner, at=at + timedelta(days=8)
    )


def _act(here: Government, year: int) -> None:
    from havn.domain.commitments import services
    from havn.domain.commitments.rules import ActKind, PoliticalAct

    at = moment(year, 11, 14)
    title = {"en": "Debate in parliament (made up)", "da": "Debat i parlamentet (opdigtet)"}
    act = PoliticalAct(
        here.member, ActKind.DEBATE, at.date(), title, title, "Minutes (made up)",
        "https://parliament.example/minutes", None, "", None, at,
    )  # fmt: skip
    services.state_political_act(act=act, actor=here.rapporteur, at=at)


def _answer_for_law(here: Government, at: datetime) -> int:
    """Answer some of the questions about the country's law."""
    from havn.domain.legislation import services
    from havn.domain.legislation.rules import NewAnswer, Value

    for place, (key, value, number) in enumerate(ANSWERS):
        services.assess(
            given=NewAnswer(
                key,
                Value(value),
                date(2014, 1, 1),
                number=number,
                law=LAW,
                article=f"Section {100 + place}",
                source_url="https://law.example/code",
                reason="Made up: only some of it." if value == "partly" else "",
                assessed_on=at.date(),
            ),
            actor=here.rapporteur,
            at=at,
        )
    return len(ANSWERS)


@main.command()
def correct() -> None:
    """Find an error in the facts of the last year, and release a corrected version.

    Example: python -m havn.cli.demo_government correct
    """
    from havn.cli.demo_facts import MadeUpQuarter, record
    from havn.domain.indicators.rules import Quarter
    from havn.domain.reporting import selectors, services
    from havn.lib.clock import now

    at, here = now(), Government.here()
    year = past_years(at)[1]
    found = MadeUpQuarter(Quarter(year, 4), here.organisation, f"{here.member}*", 4).facts()
    late = [each for each in found if each.kind in {"report", "item"}]
    record(late, organisation=here.organisation)
    newest = next(
        each for each in selectors.reports(actor=here.rapporteur) if each.year == str(year)
    )
    report = services.begin_correction(
        report_id=newest.id,
        kind="error_in_facts",
        note={"en": "Made up: a batch of reports of December had been left out."},
        discovered_on=at.date(),
        actor=here.rapporteur,
        at=at,
    )
    for part in ("hotline", "police", "victim_services", "education"):
        services.confirm_part(report_id=report, part=part, actor=here.owner, at=at)
    _finish(here, report, at=at)
    json.dump({"report": str(report)}, sys.stdout)


@main.command()
@click.option("--against", required=True, help="The country whose answer is disputed.")
def dispute(*, against: str) -> None:
    """Dispute what another country says of its law.

    Example: python -m havn.cli.demo_government dispute --against EE
    """
    from havn.domain.legislation import selectors, services
    from havn.lib.clock import now

    at, here = now(), Government.here()
    answers = selectors.history(member=against, key="L06", actor=here.rapporteur)
    made = services.dispute(
        answer_id=answers[0].id,
        text="Made up: we read the exception otherwise.",
        source="https://law.example/comment",
        actor=here.rapporteur,
        at=at,
    )
    json.dump({"dispute": str(made)}, sys.stdout)


if __name__ == "__main__":
    main()
