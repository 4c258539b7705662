# SPDX-License-Identifier: Apache-2.0
"""Every way of tampering with the audit chain is found, and what is honest stays sound."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import example, given
from hypothesis import strategies as st

from havn.domain.actor import Actor
from havn.domain.audit import rules, selectors, services
from havn.domain.audit.clients import AnchorFolder, AnchorStore, anchors_of
from havn.domain.audit.models import Detail, Entry, Head
from havn.domain.audit.rules import FindingKind
from havn.domain.audit.tasks import Sealer
from havn.lib.encoding import uuid4, uuid7
from havn.lib.signing import new_signing_pair

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
SYSTEM = Actor.system(organisation=uuid4())


@dataclass
class AnchorsInMemory:
    """A second implementation of the anchor store, for tests that need no folder."""

    kept: list[str] = field(default_factory=list)

    def keep(self, token: str) -> None:
        self.kept.append(token)

    def tokens(self) -> list[str]:
        return list(self.kept)


@pytest.fixture(params=["memory", "folder"])
def store(request, tmp_path) -> AnchorStore:
    return AnchorsInMemory() if request.param == "memory" else AnchorFolder(tmp_path / "anchors")


@pytest.fixture
def pair() -> tuple[bytes, bytes]:
    return new_signing_pair()


@pytest.fixture
def sealer(pair, store) -> Sealer:
    return Sealer(private=pair[0], public=pair[1], store=store)


def record_many(count: int, *, at: datetime, subject: UUID | None = None) -> None:
    for number in range(count):
        with transaction.atomic():
            services.record(
                action="test.recorded",
                actor=SYSTEM,
                subject_kind="item",
                subject_id=subject or uuid4(),
                at=at + timedelta(milliseconds=number),
                detail={"number": number},
            )


def verify(sealer: Sealer, *, at: datetime) -> rules.Verification:
    anchors, bad = anchors_of(sealer.store.tokens(), public=sealer.public)
    assert bad == 0
    return rules.verify_chain(selectors.chain(actor=SYSTEM), anchors=anchors, at=at)


@pytest.fixture
def sealed(sealer: Sealer) -> Sealer:
    """Thirty entries in three minutes, linked, with a signed head each minute."""
    for minute in range(3):
        at = START + timedelta(minutes=minute)
        record_many(10, at=at)
        sealer.run_once(at=at + timedelta(seconds=1))
        sealer.sign_head(at=at + timedelta(seconds=2))
    return sealer


def found(sealer: Sealer) -> set[FindingKind]:
    after = START + timedelta(minutes=10)
    return {finding.kind for finding in verify(sealer, at=after).findings}


def relink_from(sequence: int) -> None:
    """Compute all links anew from an entry on, as somebody who holds the database could."""
    before = Entry.objects.filter(sequence=sequence - 1).first()
    previous = bytes(before.chain_hash) if before else rules.CHAIN_START
    for entry in Entry.objects.filter(sequence__gte=sequence).order_by("sequence"):
        previous = rules.next_link(
            previous, selectors.sealed_entry(entry), sequence=entry.sequence or 0
        )
        Entry.objects.filter(pk=entry.pk).update(chain_hash=previous)


def test_an_honest_chain_is_sound(sealed):
    verification = verify(sealed, at=START + timedelta(minutes=10))
    assert verification.is_sound
    assert (verification.linked, verification.anchored_through) == (30, 30)
    assert verification.unanchored == 0


def test_the_unanchored_rest_is_stated_and_not_a_finding(sealed):
    record_many(4, at=START + timedelta(minutes=3))
    services.link_entries(actor=SYSTEM, at=START + timedelta(minutes=3))
    verification = verify(sealed, at=START + timedelta(minutes=3, seconds=10))
    assert verification.is_sound
    assert verification.unanchored == 4


def test_a_changed_entry_is_found(sealed):
    Entry.objects.filter(sequence=7).update(action="test.forged")
    assert found(sealed) == {FindingKind.CHANGED}


def test_a_missing_entry_is_found(sealed):
    Detail.objects.filter(entry__sequence=8).delete()
    Entry.objects.filter(sequence=8).delete()
    assert FindingKind.MISSING in found(sealed)


def test_entries_cut_off_at_the_end_are_found(sealed):
    Detail.objects.filter(entry__sequence__gte=25).delete()
    Entry.objects.filter(sequence__gte=25).delete()
    assert FindingKind.MISSING in found(sealed)


def test_an_inserted_entry_is_found_even_when_all_links_are_computed_anew(sealed):
    for entry in Entry.objects.filter(sequence__gte=15).order_by("-sequence"):
        Entry.objects.filter(pk=entry.pk).update(sequence=(entry.sequence or 0) + 1)
    at = START + timedelta(minutes=1, seconds=1)
    Entry.objects.create(
        id=uuid7(at),
        action="test.inserted",
        actor_kind="system",
        subject_kind="item",
        happened_at=at,
        recorded_at=at,
        sequence=15,
    )
    relink_from(15)
    assert FindingKind.RECOMPUTED in found(sealed)


def test_an_entry_slipped_in_late_under_an_old_time_is_found(sealed):
    record_many(1, at=START - timedelta(hours=1))
    services.link_entries(actor=SYSTEM, at=START + timedelta(minutes=3))
    assert found(sealed) == {FindingKind.INSERTED}


def test_reordered_entries_are_found(sealed):
    Entry.objects.filter(sequence=11).update(sequence=1000)
    Entry.objects.filter(sequence=12).update(sequence=11)
    Entry.objects.filter(sequence=1000).update(sequence=12)
    assert FindingKind.CHANGED in found(sealed)


def test_reordered_entries_are_found_even_when_all_links_are_computed_anew(sealed):
    Entry.objects.filter(sequence=11).update(sequence=1000)
    Entry.objects.filter(sequence=12).update(sequence=11)
    Entry.objects.filter(sequence=1000).update(sequence=12)
    relink_from(11)
    assert FindingKind.RECOMPUTED in found(sealed)


def test_an_entry_that_was_never_linked_is_found(sealed):
    record_many(1, at=START + timedelta(minutes=5))
    assert found(sealed) == {FindingKind.NEVER_LINKED}


@pytest.mark.parametrize("sequence", [1, 2, 10, 11, 20, 29, 30])
def test_a_chain_computed_anew_from_any_anchored_entry_on_is_found(sealed, sequence):
    Entry.objects.filter(sequence=sequence).update(actor_kind="person")
    relink_from(sequence)
    assert FindingKind.RECOMPUTED in found(sealed)


@pytest.mark.parametrize("sequence", [1, 7, 20, 21, 30])
def test_a_chain_computed_anew_is_found_also_when_the_sealer_signs_its_head_again(
    sealed, sequence
):
    Entry.objects.filter(sequence__gte=sequence).update(actor_kind="person")
    relink_from(sequence)
    Head.objects.all().delete()
    sealed.run_once(at=START + timedelta(minutes=9))
    assert len(sealed.store.tokens()) == 4
    assert found(sealed) >= {FindingKind.RECOMPUTED, FindingKind.TWO_HEADS}


def test_a_head_that_was_signed_twice_for_the_same_link_is_no_finding(sealed):
    Head.objects.all().delete()
    sealed.run_once(at=START + timedelta(minutes=9))
    assert len(sealed.store.tokens()) == 4
    assert verify(sealed, at=START + timedelta(minutes=10)).is_sound


def test_a_changed_detail_is_found(sealed):
    Detail.objects.filter(entry__sequence=5).update(detail='{"number":99}')
    assert found(sealed) == {FindingKind.DETAIL_CHANGED}


def test_an_erased_detail_is_reported_as_erased_and_the_chain_stays_sound(sealer):
    subject = uuid4()
    record_many(3, at=START, subject=subject)
    sealer.run_once(at=START + timedelta(seconds=1))
    erased = services.erase_details(
        actor=SYSTEM, at=START + timedelta(seconds=2), subject_kind="item", subject_id=subject
    )
    sealer.run_once(at=START + timedelta(seconds=3))
    verification = verify(sealer, at=START + timedelta(seconds=10))
    assert erased == 3
    assert verification.is_sound
    assert verification.erased_details == 3


def test_a_head_signed_by_another_key_counts_as_bad(sealed):
    _, stranger = new_signing_pair()
    anchors, bad = anchors_of(sealed.store.tokens(), public=stranger)
    assert anchors == []
    assert bad == 3


def test_a_head_is_signed_once_for_the_same_link(sealed):
    sealed.run_once(at=START + timedelta(minutes=9))
    assert len(sealed.store.tokens()) == 3


def test_heads_are_signed_on_after_the_clock_was_set_back(sealed):
    before = START - timedelta(minutes=5)
    for number in range(4):
        at = before + timedelta(seconds=20 * number)
        record_many(1, at=at)
        sealed.run_once(at=at)
    anchors, _ = anchors_of(sealed.store.tokens(), public=sealed.public)
    assert [anchor.sequence for anchor in anchors] == [10, 20, 30, 31, 34]
    assert anchors[-1].signed_at == before + timedelta(minutes=1)


def test_entries_of_one_moment_are_linked_in_the_order_of_their_identifiers(sealer):
    record_many(5, at=START)
    assert services.link_entries(actor=SYSTEM, at=START) == 5
    linked = list(Entry.objects.order_by("sequence").values_list("recorded_at", flat=True))
    assert linked == sorted(linked)


def test_half_written_anchor_lines_are_passed_over(tmp_path):
    folder = AnchorFolder(tmp_path / "anchors")
    folder.keep("one")
    with (tmp_path / "anchors" / "heads.jsonl").open("a") as file:
        file.write('{"head": "tw')
    assert folder.tokens() == ["one"]
    folder.keep("three")
    assert folder.tokens() == ["one", "three"], "a half-written line swallowed the next one"
    assert (tmp_path / "anchors" / "heads.jsonl").stat().st_mode & 0o777 == 0o600


@given(rubbish=st.binary(min_size=1, max_size=40))
@example(rubbish=b"\xff")
@example(rubbish=b"\x00" * 4096)
@example(rubbish=b"[" * 100_000)
@example(rubbish='{"head": "\u00e6'.encode())
def test_rubbish_that_a_power_cut_left_among_the_heads_is_passed_over(rubbish):
    with TemporaryDirectory() as name:
        folder = AnchorFolder(Path(name))
        folder.keep("one")
        with (folder.folder / "heads.jsonl").open("ab") as file:
            file.write(rubbish)
        folder.keep("three")
        assert folder.tokens() == ["one", "three"]


def test_no_text_or_address_stands_in_an_entry(sealed):
    columns = {field.name for field in Entry._meta.get_fields() if field.concrete}
    assert columns == {
        "id", "action", "actor_kind", "actor_id", "organisation", "subject_kind", "subject_id",
        "happened_at", "recorded_at", "detail_commit", "sequence", "chain_hash",
    }  # fmt: skip
