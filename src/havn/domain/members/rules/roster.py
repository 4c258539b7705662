# SPDX-License-Identifier: Apache-2.0
"""The roster as a whole: the Alliance's own file, and what must hold across all participants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from havn.domain.members.rules.errors import RosterError, RosterFault
from havn.domain.members.rules.participant import (
    ALLIANCE_FILE,
    HOTLINE,
    KNOWN_VERSIONS,
    KeyUse,
    Participant,
    State,
    parse_participant,
    read_protocol,
)
from havn.domain.members.rules.reading import Fields, parse_json, version_first

LONGEST_BEAT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Alliance:
    """What holds for all: the name, the epoch of the exchange keys, the beat, and who is the secretariat."""

    name: str
    epoch: int
    beat_seconds: int
    least: int
    most: int
    secretariat: str
    secretariat_since: date


@dataclass(frozen=True, slots=True)
class RosterMark:
    """Which roster it is: what key holders signed, by which root, as fresh as which timestamp, until when."""

    version: int
    root_version: int
    timestamp_version: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ParsedRoster:
    """A whole roster, verified and read."""

    mark: RosterMark
    alliance: Alliance
    participants: tuple[Participant, ...]


def parse_alliance(content: bytes) -> Alliance:
    """Return what the Alliance's file says; raises RosterError."""
    value = parse_json(content, name=ALLIANCE_FILE)
    version_first(value, ALLIANCE_FILE, known=KNOWN_VERSIONS)
    names = {"v", "name", "epoch", "beat_seconds", "protocol", "secretariat"}
    fields = Fields.of(value, ALLIANCE_FILE, names=names)
    secretariat = fields.inner("secretariat", names={"name", "since"})
    least, most = read_protocol(fields)
    return Alliance(
        name=fields.text("name", most=120),
        epoch=fields.number("epoch", least=1, most=2**31 - 1),
        beat_seconds=fields.number("beat_seconds", least=1, most=LONGEST_BEAT_SECONDS),
        least=least,
        most=most,
        secretariat=secretariat.text("name"),
        secretariat_since=secretariat.day("since"),
    )


def parse_roster(
    files: Mapping[str, bytes], *, mark: RosterMark, allow_insecure: bool = False
) -> ParsedRoster:
    """Return the roster that these files make together; raises RosterError for the first fault."""
    if ALLIANCE_FILE not in files:
        raise RosterError(RosterFault.NO_ALLIANCE, f"The roster holds no {ALLIANCE_FILE}.")
    alliance = parse_alliance(files[ALLIANCE_FILE])
    participants = tuple(
        parse_participant(files[name], name=name, allow_insecure=allow_insecure)
        for name in sorted(files)
        if name != ALLIANCE_FILE
    )
    check_together(participants, alliance)
    return ParsedRoster(mark=mark, alliance=alliance, participants=participants)


def check_together(participants: Iterable[Participant], alliance: Alliance) -> None:
    """Refuse what no single file shows: the same node, organisation or key twice, and who is missing."""
    everybody = list(participants)
    _require_once(
        (node.id for each in everybody for node in each.nodes),
        RosterFault.DUPLICATE_NODE,
        "The node {} is in the roster twice.",
    )  # R25
    _require_once(
        (organisation.id for each in everybody for organisation in each.organisations),
        RosterFault.DUPLICATE_ORGANISATION,
        "The organisation {} is in the roster twice.",
    )  # R25
    _require_once(
        (key.public for each in everybody for node in each.nodes for key in node.keys),
        RosterFault.DUPLICATE_KEY,
        "The key {} is in the roster twice: each node and each use has a key of its own.",
    )  # R25
    codes = {each.code for each in everybody}
    for each in everybody:
        _require_known_pairs(each, codes)
        _require_one_hotline(each)
        _require_keys(each, alliance.epoch)


def _require_once(values: Iterable[Any], fault: RosterFault, sentence: str) -> None:
    seen = set()
    for value in values:
        if value in seen:
            shown = value.hex() if isinstance(value, bytes) else value
            raise RosterError(fault, sentence.format(shown))
        seen.add(value)


def _require_known_pairs(each: Participant, codes: set[str]) -> None:
    for basis in each.legal_bases:
        if basis.with_code not in codes or basis.with_code == each.code:  # R28
            raise RosterError(
                RosterFault.UNKNOWN_PARTICIPANT,
                f"{each.code} names a legal basis with {basis.with_code}, which is no other participant.",
            )


def _require_one_hotline(each: Participant) -> None:
    hotlines = [found for found in each.organisations if HOTLINE in found.roles]
    if len(hotlines) > 1:  # R29
        raise RosterError(
            RosterFault.TWO_HOTLINES,
            f"{each.code} has {len(hotlines)} organisations with the role hotline; referrals go to one.",
        )


def _require_keys(each: Participant, epoch: int) -> None:
    if each.state is not State.ACTIVE:
        return
    for node in each.nodes:
        if node.state is not State.ACTIVE:
            continue
        missing = [use.value for use in KeyUse if not node.is_usable(use, epoch=epoch)]
        if missing:  # R27
            raise RosterError(
                RosterFault.NO_USABLE_KEY,
                f"The node {node.id} of {each.code} has no usable key for: {', '.join(missing)}.",
            )
