# SPDX-License-Identifier: Apache-2.0
"""`havn matcher`: serves look-ups on a platform's own network, and compares servers; needs no node."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from havn.cli.endings import DONE, FOUND, CouldNotError, FoundError
from havn.cli.row_formats import plain
from havn.cli.telling import json_option, log, progress, step, tell
from havn.lib import clock

UNANSWERED = 3  # some fingerprints could not be compared
MOST_SHOWN = 20
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TOKEN_VARIABLE = "HAVN_MATCHER_TOKEN"  # noqa: S105 - the name of a variable


@click.group(
    epilog="Exit codes: 0 done, 1 something differs or is not there, 2 it could not be done."
)
def command() -> None:
    """Serve look-ups of fingerprints on your own network, and compare matchers.

    Example: havn matcher serve known.havn-index --own UPLOADS
    """


@contextmanager
def _told() -> Iterator[None]:
    """End with a sentence for what a person can mend."""
    from havn.kit.matcher import MatcherError, RequestError
    from havn.lib.matching import FingerprintError, IndexFileError

    try:
        yield
    except RequestError as error:
        raise FoundError(
            f"{error.message[:1].upper()}{error.message[1:]}. {error.remedy}"
        ) from error
    except (MatcherError, IndexFileError, FingerprintError) as error:
        raise CouldNotError(str(error)) from error


@command.command(epilog="Exit codes: 0 stopped by a signal, 2 it could not start.")
@click.argument("index", type=_FILE)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=5100, show_default=True)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=min(os.cpu_count() or 1, 64),
    help="Processes that answer; they share the index in memory. One a core if left out.",
)  # fmt: skip
@click.option(
    "--settings", type=_FILE, help="Distance, quality floor and brake of each list, as TOML."
)
@click.option(
    "--own",
    multiple=True,
    metavar="NAME",
    help="A list that callers may add to; begins empty if new.",
)
@click.option(
    "--tokens", type=_FILE, help="Who may ask and write: lines that `havn matcher token` prints."
)
@click.option(
    "--without-tokens", is_flag=True,
    help="Answer other machines without tokens: your network decides who gets here.",
)  # fmt: skip
@click.option(
    "--beside", metavar="URL", help="Another matcher that is asked the same, in the background."
)
@click.option(
    "--differences", type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write what --beside answers differently; holds fingerprints of uploads.",
)  # fmt: skip
def serve(
    *,
    index: Path,
    host: str,
    port: int,
    workers: int,
    settings: Path | None,
    own: tuple[str, ...],
    tokens: Path | None,
    without_tokens: bool,
    beside: str | None,
    differences: Path | None,
) -> int:
    """Answer look-ups in an INDEX, or a list, until SIGTERM or Ctrl-C, in the shapes of HMA (docs/matcher.md).

    Takes fingerprints only: no picture, and no address of one. What is added to the index or removed from it while
    the server runs, by callers or by `havn index`, counts from the next look-up on.

    Example: havn matcher serve known.havn-index --own UPLOADS --port 5100
    """
    from havn.kit import matcher

    with _told():
        matcher.require_safe_address(
            host, has_tokens=tokens is not None, without_tokens=without_tokens
        )
        told = matcher.read_settings(settings) if settings else matcher.Settings()
        plan = matcher.Plan(
            source=matcher.source_of(index, say=log),
            settings=told.with_own(own),
            tokens=None if tokens is None else matcher.read_tokens(tokens),
            beside=beside,
            beside_token=os.environ.get(_TOKEN_VARIABLE),
            differences=None if differences is None else differences.absolute(),
        )
        matcher.serve(plan, host=host, port=port, workers=workers, say=log)
    return DONE


@command.command(
    epilog="Exit codes: 0 both answer the same, 1 they differ, 2 wrong use, 3 some fingerprints were not answered "
    "(whether or not others differ)."
)
@click.argument("url")
@click.option(
    "--with",
    "other",
    required=True,
    metavar="URL|INDEX",
    help="The other matcher: a server, or an index of this machine.",
)
@click.argument("hash_file", type=_FILE)
@click.option(
    "--by", type=click.Choice(["bank", "entry", "distance"]), default="bank", show_default=True,
    help="What counts as the same: the bank's name and the distance; the entry's number and the distance; the distance.",
)  # fmt: skip
@json_option
def compare(*, url: str, other: str, hash_file: Path, by: Any, as_json: bool) -> int:
    """Ask two matchers for every fingerprint of HASH_FILE (64 digits a line) and tell what they answer differently.

    URL is the server that is looked at, `--with` what it is measured by; *only here* is what URL alone found. The
    order of answers does not count. A server that wants a token finds it in $HAVN_MATCHER_TOKEN.

    Example: havn matcher compare http://127.0.0.1:5100 --with http://127.0.0.1:5000 sample.txt
    """
    from havn.kit import matcher

    with _told(), ExitStack() as stack:
        fingerprints = matcher.read_fingerprints(hash_file)
        here = stack.enter_context(_server(url))
        there: matcher.Asker
        if "://" in other:
            there = stack.enter_context(_server(other))
        else:
            there = matcher.IndexAsker(Path(other))
        asked = matcher.compared(here, there, fingerprints, by=by)
        outcomes = list(progress(asked, label="Comparing", total=len(fingerprints)))
    different = [each for each in outcomes if not each.is_same and not each.unanswered]
    silent = [each for each in outcomes if each.unanswered]
    result = {
        "url": url, "with": other, "by": by, "asked": len(outcomes),
        "same": len(outcomes) - len(different) - len(silent),
        "different": [_difference(each) for each in different],
        "unanswered": [{"fingerprint": each.fingerprint, "why": list(each.unanswered)} for each in silent],
    }  # fmt: skip
    tell(result, as_json=as_json, lines=_lines(result))
    if silent:
        return UNANSWERED
    return FOUND if different else DONE


def _server(address: str) -> Any:
    from havn.kit import matcher

    return matcher.ServerAsker(address, token=os.environ.get(_TOKEN_VARIABLE))


def _difference(each: Any) -> dict[str, Any]:
    return {
        "fingerprint": each.fingerprint,
        "only_here": [list(one) for one in each.only_here],
        "only_there": [list(one) for one in each.only_there],
        "other_distance": [list(one) for one in each.other_distance],
    }


def _lines(result: dict[str, Any]) -> Iterator[str]:
    for each in result["different"][:MOST_SHOWN]:
        yield each["fingerprint"]
        for name, distance in each["only_here"]:
            yield f"  only here: {name} at distance {distance}".replace(":  at", ": one at")
        for name, distance in each["only_there"]:
            yield f"  only there: {name} at distance {distance}".replace(":  at", ": one at")
        for name, one, two in each["other_distance"]:
            yield f"  other distance: {name} at {one} here, {two} there"
    if len(result["different"]) > MOST_SHOWN:
        yield f"and {len(result['different']) - MOST_SHOWN} more that differ; --json tells all"
    for each in result["unanswered"][:MOST_SHOWN]:
        yield f"{each['fingerprint']}: not answered by {'; '.join(each['why'])}"
    yield (
        f"{result['asked']} asked, {result['same']} the same, {len(result['different'])} different,"
        f" {len(result['unanswered'])} not answered"
    )


@command.command(epilog="Exit codes: 0 done, 1 there is no such entry, 2 it could not be done.")
@click.argument("index", type=_FILE)
@click.argument("entry", type=click.IntRange(0, (1 << 64) - 1))
@click.option("--reason", help="Why; needed unless the suppression is lifted.")
@click.option(
    "--until",
    help="The last day, as 2027-01-31; without it the entry stays off until it is lifted.",
)
@click.option("--lift", is_flag=True, help="Switch the entry on again.")
@json_option
def suppress(
    *, index: Path, entry: int, reason: str | None, until: str | None, lift: bool, as_json: bool
) -> int:
    """Switch an ENTRY of an INDEX off on this platform: look-ups leave it out from now on, also in running servers.

    The list itself is not changed. `/m/raw_lookup` still tells the entry, as HMA's does.

    Example: havn matcher suppress known.havn-index 4711 --reason "a blank page" --until 2027-01-31
    """
    from havn.kit import matcher

    if not lift and not (reason or "").strip():
        raise CouldNotError("Say why with --reason: whoever finds this in a year needs it.")
    with _told():
        opened = matcher.Matcher(matcher.source_of(index, say=step), matcher.Settings())
        found = opened.index.entry(entry)
        if found is None:
            raise FoundError(
                f"There is no entry {entry} in {index}. Take a number that a look-up told."
            )
        ends = _end_of(until)
        if lift:
            opened.lift(found)
        else:
            opened.suppress(entry, found, until=ends, reason=str(reason).strip())
    result = {
        "entry": entry, "list": found.list, "fingerprint": found.fingerprint.hex(),
        "suppressed": not lift, "until": None if lift else ends, "reason": reason,
    }  # fmt: skip
    what = (
        "is told again"
        if lift
        else f"is left out {f'until the end of {until}' if until else 'until it is lifted'}"
    )
    tell(
        result, as_json=as_json, lines=[f"entry {entry} of list {found.list or 'DEFAULT'} {what}"]
    )
    return DONE


def _end_of(until: str | None) -> int:
    """Return the instant at which that day ends in UTC, 0 for no day."""
    if until is None:
        return 0
    try:
        day = dt.date.fromisoformat(until)
    except ValueError as error:
        raise CouldNotError(f"{until!r} is no day. Write it as 2027-01-31.") from error
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=dt.UTC)
    if end <= clock.now():
        raise CouldNotError(
            f"{until} is over, so that this would change nothing. Name a day to come."
        )
    return int(end.timestamp())


@command.command(epilog="Exit codes: 0 done, 2 it could not be done.")
@click.argument("index", type=_FILE)
@json_option
def suppressions(*, index: Path, as_json: bool) -> int:
    """Tell what of an INDEX is switched off on this platform now, until when and why.

    Example: havn matcher suppressions known.havn-index
    """
    from havn.kit import matcher

    with _told():
        held = matcher.Matcher(matcher.source_of(index, say=step), matcher.Settings()).suppressions
    found = [
        {
            "entry": each.entry, "list": each.list, "fingerprint": each.fingerprint,
            "until": each.until or None, "reason": each.reason, "at": each.at,
        }
        for each in held.in_force(clock.now().timestamp())
    ]  # fmt: skip
    lines = [
        f"{each['list'] or 'DEFAULT'}  entry {each['entry']}  {_day_of(each['until'])}  {plain(str(each['reason']))}"
        for each in found
    ]
    tell({"suppressions": found}, as_json=as_json, lines=lines or ["nothing is suppressed"])
    return DONE


def _day_of(until: Any) -> str:
    if until is None:
        return "until lifted"
    return f"until {dt.datetime.fromtimestamp(int(until), tz=dt.UTC):%Y-%m-%d %H:%M} UTC"


@command.command(epilog="Exit codes: 0 done, 2 it could not be done.")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(["look-up", "write"]), default=("look-up",),
    show_default=True, help="What its bearer may do; give it twice for both.",
)  # fmt: skip
@json_option
def token(*, name: str, scopes: tuple[str, ...], as_json: bool) -> int:
    """Make a token for the caller NAME, and the line for the server's file of tokens; it is shown this once.

    Example: havn matcher token uploads --scope look-up
    """
    from havn.kit import matcher

    with _told():
        made, line = matcher.new_token(name, scopes)
    tell(
        {"token": made, "line": line},
        as_json=as_json,
        lines=[f"for the caller:        {made}", f"for the server's file: {line}"],
    )
    return DONE
