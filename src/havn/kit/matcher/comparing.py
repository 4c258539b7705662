# SPDX-License-Identifier: Apache-2.0
"""Whether two matchers answer the same: a fingerprint is asked of both, and what only one of them found is told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self
from urllib.parse import urlsplit

from havn.kit.matcher.faults import MatcherError
from havn.kit.matcher.matcher import NAMELESS, Matcher
from havn.kit.matcher.settings import Settings
from havn.kit.matcher.sources import source_of
from havn.lib.matching import FingerprintError, Match

if TYPE_CHECKING:
    import httpx

By = Literal["bank", "entry", "distance"]
BY: tuple[By, ...] = ("bank", "entry", "distance")
# What was found, without order: (the bank's name, the entry's number or nothing, and the distance): how often.
Found = Counter[tuple[str, int]]
# The other server is on the platform's own network: it answers soon or is told as silent.
CONNECT_SECONDS, READ_SECONDS = 2.0, 10.0
MOST_ANSWER = 4 << 20
_MOST_SAID = 200


class UnansweredError(Exception):
    """A matcher did not answer a look-up; the message says how."""


class Asker(Protocol):
    """A matcher that can be asked."""

    name: str

    def ask(self, fingerprint: str, by: By) -> Found:
        """Return what it finds near a fingerprint, or raise UnansweredError."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What two matchers said of one fingerprint: (bank or entry, distance) of what only one found, and distances that differ."""

    fingerprint: str
    only_here: tuple[tuple[str, int], ...] = ()
    only_there: tuple[tuple[str, int], ...] = ()
    other_distance: tuple[tuple[str, int, int], ...] = ()
    unanswered: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Say whether both answered, and the same."""
        return not (self.only_here or self.only_there or self.other_distance or self.unanswered)


def difference(fingerprint: str, here: Found, there: Found) -> Compared:
    """Return how two answers differ; the order in which entries are told means nothing."""
    if here == there:
        return Compared(fingerprint)
    only_here, only_there = sorted((here - there).elements()), sorted((there - here).elements())
    other = []
    for name, distance in list(only_here):
        twin = next((each for each in only_there if each[0] == name), None)
        if name and twin is not None:
            only_here.remove((name, distance))
            only_there.remove(twin)
            other.append((name, distance, twin[1]))
    return Compared(fingerprint, tuple(only_here), tuple(only_there), tuple(other))


def compared(
    here: Asker, there: Asker, fingerprints: Iterable[str], *, by: By
) -> Iterator[Compared]:
    """Yield what both say of each fingerprint, in their order."""
    for fingerprint in fingerprints:
        found, silent = [], []
        for asker in (here, there):
            try:
                found.append(asker.ask(fingerprint, by))
            except UnansweredError as error:
                silent.append(f"{asker.name}: {error}")
        if silent:
            yield Compared(fingerprint, unanswered=tuple(silent))
        else:
            yield difference(fingerprint, found[0], found[1])


class ServerAsker:
    """An HMA-compatible server, asked over HTTP: no redirects, no proxy of the environment, bounded in time and size."""

    def __init__(self, address: str, *, token: str | None = None) -> None:
        """Take its base address.

        Raises:
            MatcherError: this is no base address of a server.

        """
        self.name = address.rstrip("/")
        self._client = client_of(self.name, token=token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def ask(self, fingerprint: str, by: By) -> Found:
        """Return what the server finds."""
        query = {"signal_type": "pdq", "signal": fingerprint}
        if by == "bank":
            return found_in("/m/lookup", reply_of(self._client, "/m/lookup", query), by=by)
        query["include_distance"] = "true"
        return found_in("/m/raw_lookup", reply_of(self._client, "/m/raw_lookup", query), by=by)


class IndexAsker:
    """An index or list of this machine, asked as the server would ask it."""

    def __init__(self, path: Path, settings: Settings | None = None) -> None:
        """Open it.

        Raises:
            MatcherError, IndexFileError: it cannot be used.

        """
        self.name = str(path)
        self._matcher = Matcher(source_of(path), settings or Settings())

    def ask(self, fingerprint: str, by: By) -> Found:
        """Return what the index finds; by bank without what is suppressed here, as the server tells it."""
        try:
            matches = self._matcher.look_up(fingerprint)
        except FingerprintError as error:
            raise UnansweredError(str(error)) from error
        if by == "bank":
            matches = [each.match for each in self._matcher.enabled(matches)]
        return Counter((_key(each, by), each.distance) for each in matches)


def _key(match: Match, by: By) -> str:
    if by == "bank":
        return match.list or NAMELESS
    return str(match.identifier) if by == "entry" else ""


def client_of(address: str, *, token: str | None = None) -> httpx.Client:
    """Return a client of one server of the platform's own network.

    Raises:
        MatcherError: this is no base address of a server.

    """
    import httpx

    parts = urlsplit(address)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
    ):
        raise MatcherError(
            f"{address!r} is no address of a server. Write it as http://matcher.internal:5100."
        )
    return httpx.Client(
        base_url=address,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
    )


def reply_of(client: httpx.Client, path: str, query: str | dict[str, str]) -> Any:
    """Return the JSON that a server answers.

    Raises:
        UnansweredError: it does not answer, or not with 200 and JSON.

    """
    import httpx

    address = f"{path}?{query}" if isinstance(query, str) else path
    try:
        with client.stream(
            "GET", address, params=None if isinstance(query, str) else query
        ) as reply:
            body = bytearray()
            for piece in reply.iter_bytes():
                body += piece
                if len(body) > MOST_ANSWER:
                    raise UnansweredError("its answer is longer than any answer of a matcher")
    except httpx.HTTPError as error:
        raise UnansweredError(f"no answer ({type(error).__name__})") from error
    if reply.status_code != httpx.codes.OK:
        said = ascii(body.decode(errors="replace").strip()[:_MOST_SAID])[1:-1]
        raise UnansweredError(f"it answered {reply.status_code}: {said}")
    try:
        return json.loads(bytes(body))
    except (ValueError, RecursionError) as error:
        raise UnansweredError("its answer is no JSON") from error


def found_in(path: str, said: Any, *, by: By = "bank") -> Found:
    """Return what an answer of `/m/lookup` or `/m/raw_lookup` holds.

    Raises:
        UnansweredError: it has not the shape of such an answer.

    """
    try:
        if path == "/m/lookup":
            return Counter(
                (bank, int(each["distance"])) for bank, matches in said.items() for each in matches
            )
        return Counter(
            (str(each["bank_content_id"]) if by == "entry" else "", int(each["distance"]))
            if isinstance(each, dict)
            else ("", 0)
            for each in said["matches"]
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnansweredError("its answer has not the shape of HMA's") from error


def read_fingerprints(path: Path, *, digits: int = 64) -> list[str]:
    """Return the fingerprints of a file, one a line; blank lines and those that begin with # do not count.

    Raises:
        MatcherError: the file cannot be read, a line is no fingerprint, or there is none.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MatcherError(
            f"{path}: this cannot be read as text. Look at the name and its owner."
        ) from error
    found = []
    for number, line in enumerate(lines, start=1):
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        if len(word) != digits or set(word) - set("0123456789abcdefABCDEF"):
            raise MatcherError(
                f"{path}, line {number}: this is no fingerprint of {digits} hexadecimal digits. Correct or remove it."
            )
        found.append(word.lower())
    if not found:
        raise MatcherError(f"{path} holds no fingerprint, so there is nothing to compare.")
    return found
