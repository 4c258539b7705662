# SPDX-License-Identifier: Apache-2.0
"""Two organisations with people and one record of every kind, for tests of the desk's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from havn.domain.accounts import services as accounts
from havn.domain.actor import Actor, ActorKind, Role
from havn.domain.assessment import rules as assessment_rules
from havn.domain.assessment import services as assessment
from havn.domain.cases import services as record
from havn.domain.exchange import services as exchange
from havn.domain.exchange.rules import AlarmCode
from havn.domain.investigation import rules as investigation_rules
from havn.domain.jobs.models import Job
from havn.domain.referral import rules as referral_rules
from havn.domain.referral.models import Referral
from havn.domain.reporting import services as reporting
from havn.domain.reporting.models import HalfYearUpdate, HubMessage, OfficeAnswer, ReportText
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown.models import Notice, NoticeAnswer
from havn.domain.tracing.models import Contact
from havn.domain.workflow.services import casework
from havn.lib import clock, sealing, signing
from havn.lib.encoding import uuid4
from havn.web.desk.sign_in import adapters


class World:
    """One organisation: people by role, and the identifiers that its URLs take."""

    def __init__(self, organisation: UUID, *, host: str) -> None:
        self.organisation, self.host, self.at = organisation, host, clock.now()
        self.people = {role.value: self._person(role.value, role) for role in Role}
        self.colleague = self._person("colleague", Role.ANALYST)
        self.report_id, self.items = self._filed()

    def _person(self, name: str, role: Role) -> Actor:
        identifier = uuid4()
        person = get_user_model()(
            id=identifier,
            email=f"{name}@{self.host}",
            name=name.title(),
            organisation=self.organisation,
            recorded_at=self.at,
        )
        person.set_unusable_password()
        person.save(force_insert=True)
        accounts.grant_role(
            person_id=identifier,
            role=role,
            actor=Actor.operator(organisation=self.organisation),
            at=self.at,
        )
        Authenticator.objects.create(
            user_id=identifier,
            type="totp",
            data={"secret": adapters.encrypt_factor("JBSWY3DP", keyring=settings.HAVN_KEYRING)},
        )
        return Actor(ActorKind.PERSON, self.organisation, identifier, frozenset({role}))

    def _filed(self) -> tuple[UUID, list[UUID]]:
        system = Actor.system(organisation=self.organisation)
        [filed] = record.file_reports(
            reports=[
                record.NewReport(
                    report_id=uuid4(),
                    organisation=self.organisation,
                    channel="web",
                    language="en",
                    received_at=self.at - timedelta(hours=1),
                    addresses=tuple(f"https://{self.host}/item/{n}" for n in range(4)),
                    texts={"words": "confirmed item 17"},
                    contact={"reach": "by mail"},
                    has_police_consent=True,
                )
            ],
            actor=system,
            at=self.at,
        )
        items = [each.item_id for each in filed.items]
        assessment.enter_queue(items={filed.report_id: items}, actor=system, at=self.at)
        return filed.report_id, items

    def decision(self) -> assessment_rules.Decision:
        """Return the policy's decision."""
        return assessment_rules.default_decision(settings.HAVN_POLICY, jurisdiction="DK")

    def confirm(self, item_id: UUID) -> None:
        """Let the analyst assess this item."""
        analyst = self.people["analyst"]
        held = assessment.take_item(item_id=item_id, actor=analyst, at=self.at)
        casework.assess_item(
            item_id=item_id,
            lease_token=held.lease_token,
            decision=self.decision(),
            actor=analyst,
            at=self.at,
        )

    def identifiers(self) -> dict[str, str]:
        """Make one record of every kind and return what URLs call them."""
        confirmed, batched = self.items[0], self.items[1]
        self.confirm(confirmed)
        system = Actor.system(organisation=self.organisation)
        casework.package_made(item_id=confirmed, token=self._token(), actor=system, at=self.at)
        batch_id = uuid4()
        casework.assess_batch(
            item_ids=[batched],
            decision=self.decision(),
            batch_id=batch_id,
            actor=self.people["supervisor"],
            at=self.at,
        )
        hold_id = casework.hold_placed(
            item_id=confirmed,
            host="",
            reason="joint operation",
            hours=5,
            actor=self.people["investigator"],
            at=self.at,
        )
        contact = Contact.objects.create(
            id=uuid4(),
            organisation=self.organisation,
            name="Provider",
            email=f"abuse@{self.host}",
            host=self.host,
            source="rdap",
            found_at=self.at,
        )
        return {
            "item_id": str(confirmed),
            "report_id": str(self.report_id),
            "batch_id": str(batch_id),
            "hold_id": str(hold_id),
            "contact_id": str(contact.pk),
            "answer_id": str(self._answer(confirmed, contact.pk)),
            "job_id": str(self._job(confirmed)),
            "alarm_id": str(self._alarm()),
            "referral_id": str(self.referral(confirmed)),
        }

    def national_report(self) -> dict[str, str]:
        """Begin last year's national report, with a text, an office's answer and a question of the hub."""
        rapporteur = self.people["rapporteur"]
        year = self.at.year - 1
        national_id = reporting.make_draft(year=year, actor=rapporteur, at=self.at)
        reporting.write_text(
            report_id=national_id,
            kind="overview",
            language="en",
            text="A year in plain words.",
            based_on=[],
            actor=rapporteur,
            at=self.at,
        )
        ask = reporting.NewAsk(
            office="Education agency",
            email=f"statistics@{self.host}",
            language="en",
            question="How many schools held a session?",
            wants="figure",
            due_on=(self.at + timedelta(days=30)).date(),
        )
        ask_id = reporting.ask_office(report_id=national_id, ask=ask, actor=rapporteur, at=self.at)
        said = OfficeAnswer.objects.create(
            id=uuid4(),
            ask_id=ask_id,
            organisation=self.organisation,
            figure=412,
            source="Register of schools",
            stated_by="Head of statistics",
            known_on=self.at.date(),
            answered_at=self.at,
        )
        message = HubMessage.objects.create(
            id=uuid4(),
            organisation=self.organisation,
            node=uuid4(),
            kind="question",
            year=str(year),
            text="Why is the spring low?",
            said_at=self.at,
            recorded_at=self.at,
        )
        told = HalfYearUpdate.objects.create(
            id=uuid4(),
            organisation=self.organisation,
            year=str(year),
            figures=4,
            hidden=1,
            told_at=self.at,
        )
        return {
            "update": str(told.pk),
            "national_id": str(national_id),
            "version_id": str(ReportText.objects.get(report_id=national_id).pk),
            "ask_id": str(ask_id),
            "said_id": str(said.pk),
            "message_id": str(message.pk),
        }

    def _alarm(self) -> UUID:
        return exchange.raise_alarm(
            code=AlarmCode.FORKED,
            about=str(uuid4()),
            evidence="{}",
            actor=Actor.system(organisation=self.organisation),
            at=self.at,
        )

    def _token(self) -> str:
        private = settings.HAVN_KEYRING.read("node-signing-key")
        kind = investigation_rules.PACKAGE_KIND
        return signing.sign_json({"v": 1}, private, key_id="test", kind=kind)

    def _answer(self, item_id: UUID, contact_id: UUID) -> UUID:
        notice = Notice.objects.create(
            id=uuid4(),
            item_id=item_id,
            organisation=self.organisation,
            contact_id=contact_id,
            rung=1,
            message_id=f"<{uuid4()}@hotline.example>",
            queued_at=self.at,
        )
        answer = NoticeAnswer.objects.create(
            id=uuid4(),
            notice=notice,
            organisation=self.organisation,
            kind="need_more",
            sealed_text=sealing.seal(
                b"confirmed item 17",
                settings.HAVN_KEYRING.read("desk-sealing-key.pub"),
                purpose=takedown.TEXT_PURPOSE,
            ),
            answered_at=self.at,
        )
        return answer.pk

    def referral(self, item_id: UUID, *, direction: str = "in", **columns: Any) -> UUID:
        """Make a referral of an item by or to a node that nobody knows, and return it."""
        row = Referral(
            id=uuid4(),
            organisation=self.organisation,
            direction=direction,
            reference=uuid4(),
            item_id=item_id,
            node_id=uuid4(),
            country="SE",
            why="hosted",
            legal_class="national",
            state=referral_rules.START[referral_rules.Direction(direction)],
            sealed_reason=sealing.seal(
                b"confirmed item 17",
                settings.HAVN_KEYRING.read("desk-sealing-key.pub"),
                purpose=referral_rules.REASON_PURPOSE,
            ),
            hosting=referral_rules.hosting_body(referral_rules.Hosting("DK")),
            clocks=referral_rules.clocks_body(referral_rules.Clocks(self.at)),
            first_received_at=self.at,
            opened_at=self.at,
            changed_at=self.at,
        )
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        return row.pk

    def _job(self, item_id: UUID) -> UUID:
        job = Job.objects.create(
            id=uuid4(),
            kind="trace",
            subject_id=item_id,
            organisation=self.organisation,
            key=str(uuid4()),
            due_at=self.at,
            recorded_at=self.at,
            given_up_at=self.at,
            last_error="no answer from the resolver",
        )
        return job.pk

    def client(self, role: str, *, checks_forms: bool = False) -> Client:
        """Return a browser in which the person of this role is signed in with both factors."""
        client = Client(enforce_csrf_checks=checks_forms)
        identifier = self.people[role].identifier
        assert identifier is not None
        person = get_user_model().objects.get(pk=identifier)
        client.force_login(person)
        return client
