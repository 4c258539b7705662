# SPDX-License-Identifier: Apache-2.0
"""What a key holder reads before signing: every change of a proposal, taken from what would be signed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from havn.domain.members.clients._proposals import Proposal
from havn.domain.members.clients._signed_files import holders_of, online_key_of
from havn.domain.members.rules import ALLIANCE_FILE
from havn.domain.members.rules.accession import read_accession


def changes_in_words(proposal: Proposal) -> list[str]:
    """Return one line per change, whatever the proposal calls itself."""  # R50
    lines = list(_root_words(proposal))
    for name in sorted(proposal.files):
        before = proposal.base.files.get(name) if proposal.base is not None else None
        lines += _file_words(name, before, proposal.files[name])
    lines.append(
        f"targets: version {proposal.targets.signed.version}, "
        f"holds until {proposal.targets.signed.expires:%Y-%m-%d}"
    )
    return lines


def _root_words(proposal: Proposal) -> Iterator[str]:
    if proposal.root is None:
        return
    root = proposal.root.signed
    threshold = root.roles["root"].threshold
    yield f"root: version {root.version}, holds until {root.expires:%Y-%m-%d}"
    yield f"root: {threshold} of {len(holders_of(root))} key holders must sign"
    before = proposal.base.root.signed if proposal.base is not None else None
    old = set(holders_of(before)) if before is not None else set()
    for key in sorted(set(holders_of(root)) - old):
        yield f"root: + key holder {key}"
    for key in sorted(old - set(holders_of(root))):
        yield f"root: - key holder {key}"
    if before is None or online_key_of(before) != online_key_of(root):
        yield f"root: the hub signs with {online_key_of(root)}"


def _file_words(name: str, before: bytes | None, after: bytes) -> Iterator[str]:
    new = json.loads(after)
    if before is None:
        yield f"{name}: is new"
    was, now = dict(_flat(json.loads(before) if before else {})), dict(_flat(new))
    for place in sorted(was.keys() | now.keys()):
        if place.startswith("accession") or was.get(place) == now.get(place):
            continue
        if place in was and place in now:
            yield f"{name}: {place}: {was[place]} -> {now[place]}"
        elif place in now:
            yield f"{name}: + {place}: {now[place]}"
        else:
            yield f"{name}: - {place}: {was[place]}"
    if name != ALLIANCE_FILE and new.get("accession") is not None:
        act = read_accession(new["accession"], code=new["participant"]["code"])
        yield f"{name}: acceded on {act.on} ({act.reference}), signed by {' and '.join(act.offices)}"
        if act.reservation:
            yield f"{name}: with the reservation: {act.reservation}"


def _flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield every value with its place; rows of a list are named by what they are, not by their number."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            row = inner if isinstance(inner, Mapping) else {}
            label = row.get("id") or row.get("public") or row.get("with") or number
            yield from _flat(inner, f"{place}[{label}]")
    else:
        yield place, json.dumps(value, ensure_ascii=False)
