# SPDX-License-Identifier: Apache-2.0
"""`havn feed`: how the exchange with other nodes stands, its alarms, and evidence that anybody can verify."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from havn.cli import catching_up, start
from havn.cli.alliance_signing import write_new
from havn.cli.endings import DONE, FOUND, FoundError
from havn.cli.telling import json_option, tell

if TYPE_CHECKING:
    from havn.domain.exchange.selectors import AlarmLine

_NEW = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(
    epilog="Exit codes: 0 done and well, 1 something needs a person, 2 it could not be done."
)
def command() -> None:
    """Say how the exchange with other nodes stands, and verify evidence.

    Example: havn feed status
    """


@command.command(epilog="Exit codes: 0 well, 1 a peer is red or an alarm is open, 2 no node here.")
@json_option
def status(*, as_json: bool) -> int:
    """Say how far the own log goes, how each peer stands, what waits, and whether alarms are open.

    Example: havn feed status --json
    """
    start.prepare()
    start.require_node()
    from havn.domain.exchange import selectors
    from havn.domain.members import selectors as members
    from havn.lib.clock import now

    actor, at = start.operator(), now()
    beat = members.roster_state(actor=actor).beat
    peers = selectors.peer_lines(beat=beat, actor=actor, at=at)
    waiting = selectors.counts(actor=actor)
    log = selectors.own_log(actor=actor)
    result = {
        "v": 1,
        "log": None
        if log is None
        else {
            "origin": log.origin,
            "size": log.size,
            "signed_at": log.noted_at,
            "is_recovering": log.is_recovering,
        },
        "waiting": waiting,
        "peers": [_peer(line) for line in peers],
    }
    tell(result, as_json=as_json, lines=_lines(result))
    is_well = not waiting["alarms"] and not any(line.health.is_red for line in peers)
    return DONE if is_well else FOUND


def _peer(line: Any) -> dict[str, Any]:
    return {
        "node": str(line.node_id),
        "participant": line.participant_code,
        "name": line.name,
        "head": line.head_size,
        "mirrored": line.mirrored,
        "on_its_way": line.on_its_way,
        "lag_entries": line.health.lag_entries,
        "silent_seconds": int(line.health.silent_for / timedelta(seconds=1)),
        "is_red": line.health.is_red,
        "speaks": line.spoken.as_value(),
        "version": line.version,
        "last_error": line.last_error,
    }


def _lines(result: dict[str, Any]) -> list[str]:
    log = result["log"]
    lines = [
        "This node has no log yet."
        if log is None
        else f"Own log: {log['size']} leaves"
        + (", being recovered" if log["is_recovering"] else "")
    ]
    lines += [
        f"{'RED ' if peer['is_red'] else 'ok  '}{peer['participant']:<8} {peer['name']}: "
        f"{peer['mirrored']} of {peer['head']} leaves"
        + (f" and {peer['on_its_way']} on their way" if peer["on_its_way"] else "")
        + f", silent for {peer['silent_seconds']} s"
        + ("" if peer["version"] else ", NO COMMON VERSION: nothing is exchanged")
        + (f", last error {peer['last_error']}" if peer["last_error"] else "")
        for peer in result["peers"]
    ]
    lines += [f"{name}: {count}" for name, count in result["waiting"].items() if count]
    return lines


@command.command(epilog="Exit codes: 0 none is open, 1 some are, 2 no node here.")
@json_option
def alarms(*, as_json: bool) -> int:
    """List the open alarms: what, about whom, since when, and whether there is evidence.

    Example: havn feed alarms
    """
    start.prepare()
    start.require_node()
    found = _all_open()
    result = {
        "v": 1,
        "alarms": [
            {
                "id": str(line.id),
                "code": line.code,
                "about": line.about,
                "times": line.times,
                "first_at": line.first_at,
                "last_at": line.last_at,
                "detail": line.detail,
                "has_evidence": line.has_evidence,
            }
            for line in found
        ],
    }
    lines = [
        f"{line.id}  {line.code} about {line.about}, {line.times} times, last at {line.last_at:%Y-%m-%d %H:%M}"
        + (": there is evidence" if line.has_evidence else "")
        for line in found
    ]
    tell(result, as_json=as_json, lines=lines or ["No alarm is open."])
    return FOUND if found else DONE


def _all_open() -> list[AlarmLine]:
    from havn.domain.exchange import selectors

    page = selectors.open_alarms(actor=start.operator())
    found = list(page.alarms)
    while page.next_after:
        page = selectors.open_alarms(actor=start.operator(), after=page.next_after)
        found += page.alarms
    return found


@command.command(
    epilog="Exit codes: 0 it proves what it says, 1 it proves nothing, 2 no such file."
)
@click.argument("file", type=_THERE)
@json_option
def evidence(*, file: Path, as_json: bool) -> None:
    """Verify offline what an evidence FILE proves, with nothing but what the log itself signed.

    Needs no node: compare the log's key in the file with the one that the roster names.

    Example: havn feed evidence fork-of-xe.json
    """
    from havn.lib import feed
    from havn.lib.encoding import b64u

    content = file.read_bytes()
    try:
        verdict = feed.verify_evidence(content)
    except feed.FeedError as error:
        raise FoundError(f"{file} proves nothing. {error}") from error
    found = verdict.evidence
    keys = [b64u(key) for key in found.log_keys]
    tell(
        {
            "v": 1,
            "kind": verdict.kind.value,
            "origin": verdict.origin,
            "sentence": verdict.sentence,
            "log_keys": keys,
            "roster": found.roster,
        },
        as_json=as_json,
        lines=[verdict.sentence, *(f"Signed with the key {key}." for key in keys)],
    )


@command.command(
    epilog="Exit codes: 0 erased, or erased before; 1 refused, or no such event; 2 no node here."
)
@click.argument("event", type=click.UUID)
@click.option(
    "--reason",
    type=click.Choice(["taken_back", "kept_long_enough", "wrong_audience", "ordered"]),
    prompt="Why",
    help="Why; the nodes that had it are told.",
)
@json_option
def erase(*, event: UUID, reason: str, as_json: bool) -> None:
    """Erase what an EVENT of the own log said, here and at every node that it was for.

    Its leaf stays, so that the log verifies as before. The others erase it when they hear of it, within
    one beat. What a reporter wrote in a referral is better taken back on the referral's page.

    Example: havn feed erase 0b0e6c1c-6a4f-4a0e-9d6e-6d6f5a3c2b1a --reason kept_long_enough
    """
    start.prepare()
    start.require_node()
    from havn.domain.exchange.rules import ErasedBecause
    from havn.domain.workflow.services import erasing
    from havn.lib.clock import now

    is_new = erasing.event_erased(
        event_id=event, why=ErasedBecause(reason), actor=start.operator(), at=now()
    )
    tell(
        {"v": 1, "event": str(event), "reason": reason, "is_erased_now": is_new},
        as_json=as_json,
        lines=[
            f"{event} is erased here; the nodes that it was for hear of it with the next beat."
            if is_new
            else f"{event} was erased before. Nothing changed."
        ],
    )


@command.command(
    epilog="Exit codes: 0 written, 1 there is no such evidence, 2 it could not be written."
)
@click.argument("alarm", type=click.UUID)
@click.argument("file", type=_NEW)
def save(*, alarm: UUID, file: Path) -> None:
    """Write the evidence of an ALARM to a FILE, for anybody to verify.

    Example: havn feed save 0b0e6c1c-6a4f-4a0e-9d6e-6d6f5a3c2b1a fork-of-xe.json
    """
    start.prepare()
    start.require_node()
    from havn.domain.exchange import selectors

    text = selectors.alarm_evidence(alarm_id=alarm, actor=start.operator())
    write_new(file, text.encode())
    click.echo(f"{file}: verify it anywhere with `havn feed evidence {file}`.")


@command.command(
    epilog="Exit codes: 0 written, 1 there is no such event, or it has not left yet, 2 it could not be written."
)
@click.argument("event", type=click.UUID)
@click.argument("file", type=_NEW)
def proof(*, event: UUID, file: Path) -> None:
    """Write to a FILE the proof that the own log holds an EVENT, with the cosignatures of other nodes.

    The form is that of c2sp.org/tlog-proof; whoever has the leaf verifies it with any tool for such logs.

    Example: havn feed proof 0b0e6c1c-6a4f-4a0e-9d6e-6d6f5a3c2b1a report.tlog-proof
    """
    start.prepare()
    start.require_node()
    from havn.domain.exchange import selectors

    text = selectors.proof_of_event(event_id=event, actor=start.operator())
    if text is None:
        raise FoundError(
            f"The log holds no event {event} yet. Look at its number, or wait for the next beat."
        )
    write_new(file, text.encode())
    click.echo(f"{file}: the proof of {event}.")


command.add_command(catching_up.command)
