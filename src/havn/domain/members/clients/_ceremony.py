# SPDX-License-Identifier: Apache-2.0
"""Making proposals: from the roster in force and one wish, what key holders will sign."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tuf.api.metadata import Metadata, Root, Targets

from havn.domain.members.clients._proposals import Former, Proposal, moment
from havn.domain.members.clients._signed_files import (
    RENEW_ROOT_WITHIN,
    holders_of,
    new_root,
    new_targets,
    next_root,
)
from havn.domain.members.rules import (
    ALLIANCE_FILE,
    SPOKEN,
    CeremonyFault,
    ParsedRoster,
    RosterError,
    RosterFault,
    RosterMark,
    is_target_name,
    parse_participant,
    parse_roster,
    target_name,
)
from havn.domain.members.rules.accession import read_accession
from havn.domain.members.rules.description import NodeDescription
from havn.domain.members.rules.participant import KNOWN_VERSIONS, State, kind_of
from havn.domain.members.rules.reading import parse_json, version_first
from havn.lib.encoding import instant_text

Change = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Current:
    """The roster in force: its root, its targets and all its files."""

    root: Metadata[Root]
    targets: Metadata[Targets]
    files: dict[str, bytes]
    signed_until: datetime  # until when the hub's own signature holds

    @property
    def threshold(self) -> int:
        """Return how many key holders must sign."""
        return self.root.signed.roles[Root.type].threshold

    @property
    def holders(self) -> tuple[str, ...]:
        """Return the identifiers of the key holders."""
        return holders_of(self.root.signed)

    def value(self, name: str) -> dict[str, Any]:
        """Return a file as a JSON value; raises where the roster does not hold it."""
        if name not in self.files:
            raise RosterError(CeremonyFault.NO_SUCH_PARTICIPANT, f"The roster holds no {name}.")
        found: dict[str, Any] = json.loads(self.files[name])
        return found


@dataclass(frozen=True, slots=True)
class Founding:
    """What `havn alliance init` is told."""

    name: str
    secretariat: str
    beat_seconds: int
    holders: tuple[bytes, ...]
    threshold: int
    online: bytes


def propose_founding(wish: Founding, *, at: datetime) -> Proposal:
    """Return the first proposal: root and targets of version 1, and the Alliance's own file."""
    alliance = {
        "v": 1,
        "name": wish.name,
        "epoch": 1,
        "beat_seconds": wish.beat_seconds,
        "protocol": SPOKEN.as_value(),
        "secretariat": {"name": wish.secretariat, "since": at.date().isoformat()},
    }
    files = {ALLIANCE_FILE: written(alliance)}
    check_files(files, allow_insecure=False)
    root = new_root(wish.holders, threshold=wish.threshold, online=wish.online, version=1, at=at)
    targets = new_targets({}, files, version=1, at=at)
    return Proposal("init", moment(at), base=None, root=root, targets=targets, files=files)


def propose(
    kind: str,
    current: Current,
    changes: Mapping[str, Mapping[str, Any]],
    *,
    at: datetime,
    allow_insecure: bool = False,
    root: Metadata[Root] | None = None,
) -> Proposal:
    """Return a proposal that gives these files new values; the whole roster after it must be acceptable."""
    files = {name: written(value) for name, value in changes.items()}
    files = {name: text for name, text in files.items() if current.files.get(name) != text}
    if not files and root is None and kind != "policy":
        raise RosterError(CeremonyFault.NO_CHANGE, "The roster says so already: nothing changes.")
    check_files({**current.files, **files}, allow_insecure=allow_insecure)
    if root is None and current.root.signed.expires - at < RENEW_ROOT_WITHIN:
        root = next_root(current.root, at=at)
    before = {name: current.files[name] for name in files if name in current.files}
    targets = current.targets.signed
    return Proposal(
        kind,
        moment(at),
        base=Former(current.root, current.targets, before),
        root=root,
        targets=new_targets(targets.targets, files, version=targets.version + 1, at=at),
        files=files,
    )


def admitted(
    current: Current,
    description: NodeDescription,
    *,
    roles: Sequence[str],
    mandates: Sequence[str],
    accession: dict[str, Any] | None,
    at: datetime,
) -> dict[str, dict[str, Any]]:
    """Return the file of a participant with one more organisation or node; a new one brings its act."""  # R54
    name = target_name(description.code)
    if name in current.files:
        value = current.value(name)
    else:
        value = _new_participant(description, at=at)
        value["accession"] = accession
        if accession is not None:
            read_accession(accession, code=description.code)
        elif description.kind == "member":
            raise RosterError(
                CeremonyFault.BAD_ACCESSION,
                f"{description.code} is new: its signed act of accession is needed (--accession).",
            )
    organisation = {**description.organisation, "roles": list(roles), "mandates": list(mandates)}
    known = [each["id"] for each in value["organisations"]]
    if organisation["id"] not in known:
        value["organisations"].append(organisation)
    epoch = current.value(ALLIANCE_FILE)["epoch"]
    value["nodes"].append(description.as_node(since=epoch))
    return {name: value}


def _new_participant(description: NodeDescription, *, at: datetime) -> dict[str, Any]:
    return {
        "v": 1,
        "participant": {
            "code": description.code,
            "kind": description.kind,
            "name": description.name,
            "state": "active",
            "since": at.date().isoformat(),
        },
        "organisations": [],
        "nodes": [],
        "legal_bases": [],
        "accession": None,
    }


def suspended(
    current: Current, code: str, *, node: str | None = None, state: str = "suspended"
) -> dict[str, dict[str, Any]]:
    """Return a participant's file in which it, or one of its nodes, is suspended or active again."""
    value = current.value(target_name(code))
    if node is None:
        value["participant"]["state"] = state
        return {target_name(code): value}
    found = [each for each in value["nodes"] if each["id"] == node]
    if not found:
        raise RosterError(CeremonyFault.NO_SUCH_PARTICIPANT, f"{code} has no node {node}.")
    found[0]["state"] = state
    return {target_name(code): value}


def rotated(
    current: Current, description: NodeDescription, *, revoked_from: datetime | None = None
) -> dict[str, dict[str, Any]]:
    """Return the files after a node changed keys or address: a new exchange key begins a new epoch.

    With `revoked_from` nothing counts that the former keys signed from then on.
    """  # R27 R32
    name, alliance = target_name(description.code), current.value(ALLIANCE_FILE)
    value = current.value(name)
    found = [each for each in value["nodes"] if each["id"] == description.node["id"]]
    if not found:
        raise RosterError(
            CeremonyFault.NO_SUCH_PARTICIPANT,
            f"{description.code} has no node {description.node['id']}; admit it first.",
        )
    node, changes = found[0], {name: value}
    exchange = [each["public"] for each in node["exchange_keys"]]
    if description.keys["exchange"] not in exchange:
        alliance["epoch"] += 1
        changes[ALLIANCE_FILE] = alliance
    node["base"], node["protocol"] = description.node["base"], description.node["protocol"]
    for use, public in description.keys.items():
        listed = node[f"{use}_keys"]
        if public in [each["public"] for each in listed]:
            continue
        if revoked_from is not None:
            for each in listed:
                each["revoked"] = each["revoked"] or instant_text(revoked_from)
        listed.append({"public": public, "since": alliance["epoch"], "revoked": False})
    return changes


def policy(current: Current, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return the Alliance's file with other values; what is None stays."""
    value = current.value(ALLIANCE_FILE)
    for name, given in changes.items():
        if given is not None:
            value[name] = given
    return {ALLIANCE_FILE: value}


def secretariat_changed(
    current: Current, wish: Founding, *, at: datetime
) -> tuple[Metadata[Root], dict[str, dict[str, Any]]]:
    """Return the next root with other key holders and hub, and the Alliance's file that names them."""  # R3
    value = current.value(ALLIANCE_FILE)
    value["secretariat"] = {"name": wish.secretariat, "since": at.date().isoformat()}
    root = new_root(
        wish.holders,
        threshold=wish.threshold,
        online=wish.online,
        version=current.root.signed.version + 1,
        at=at,
    )
    return root, {ALLIANCE_FILE: value}


def acceded(current: Current, act: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the file of a country that takes part without a node, as its signed act of accession says it."""  # R54
    found = read_accession(act)
    name = target_name(found.code)
    if name in current.files:
        raise RosterError(
            CeremonyFault.NO_CHANGE, f"{found.code} takes part already. Admit its node instead."
        )
    about = {
        "code": found.code,
        "kind": kind_of(found.code).value,
        "name": found.name,
        "state": State.ACTIVE.value,
        "since": found.on.isoformat(),
    }
    nothing: dict[str, Any] = {"organisations": [], "nodes": [], "legal_bases": []}
    return {name: {"v": 1, "participant": about, **nothing, "accession": act}}


def replaced(content: bytes) -> dict[str, dict[str, Any]]:
    """Return a participant's file as somebody wrote it by hand, under the name that it belongs to."""
    place = "The participant's file"
    value = parse_json(content, name=place)
    version_first(value, place, known=KNOWN_VERSIONS)
    about = value.get("participant")
    code = about.get("code") if isinstance(about, dict) else None
    if not isinstance(code, str) or not is_target_name(target_name(code)):
        raise RosterError(
            RosterFault.BAD_VALUE,
            f"{place} does not say by its code whose it is: participant.code.",
        )
    found = parse_participant(content, name=target_name(code), allow_insecure=True)
    if found.accession is not None:
        read_accession(found.accession, code=code)
    return {target_name(code): value}


def check_files(files: Mapping[str, bytes], *, allow_insecure: bool) -> ParsedRoster:
    """Return the roster that these files make; raises RosterError where no node would take it over."""
    nothing = RosterMark(1, 1, 1, datetime.max.replace(tzinfo=UTC))
    roster = parse_roster(files, mark=nothing, allow_insecure=allow_insecure)
    for each in roster.participants:
        if each.accession is not None:
            read_accession(each.accession, code=each.code)
    return roster


def written(value: Mapping[str, Any]) -> bytes:
    """Return a file of the roster: JSON that people can read and compare."""
    return json.dumps(copy.deepcopy(dict(value)), indent=2, ensure_ascii=False).encode() + b"\n"
