# SPDX-License-Identifier: Apache-2.0
"""Names to addresses by the Domain Name System; a dead resolver is told apart from a name that does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from havn.lib import clock
from havn.lib.encoding import registrable_domain

if TYPE_CHECKING:
    from dns.message import Message
    from dns.nameserver import Nameserver
    from dns.resolver import Resolver as DnspythonResolver

_DEFAULT_TIMEOUT_SECONDS = 5.0
_PATIENCE_SECONDS = 1.0  # with one name server before the next is asked
_MOST_RECORDS = 64
_MOST_ASKED = 3  # for a second opinion
_MISSING = frozenset({"no_such_name", "no_address"})


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """What the resolver said about a name; `failure` is None when there is an address.

    Failures: "no_such_name" (NXDOMAIN), "no_address" (the name has none), "resolver_dead" (nobody gave a usable
    answer, so nothing is known about the name).
    """

    addresses_v4: tuple[str, ...] = ()
    addresses_v6: tuple[str, ...] = ()
    canonical_names: tuple[str, ...] = ()  # the chain of aliases, in its order
    name_servers: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return all addresses, IPv4 first."""
        return self.addresses_v4 + self.addresses_v6


class Resolver(Protocol):
    """Whoever answers questions about names; never raises."""

    def find_addresses(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        """Return the addresses and aliases of a name."""
        ...

    def look_up(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        """Return the addresses, aliases and name servers of a name."""
        ...


class DnsResolver:
    """Asks the given name servers, each an address and a port."""

    def __init__(
        self,
        nameservers: Sequence[tuple[str, int]],
        timeout_seconds: float = _DEFAULT_TIMEOUT_SECONDS,
    ) -> None:
        self._nameservers = tuple(nameservers)
        self._timeout_seconds = timeout_seconds

    def find_addresses(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        """Return the addresses and aliases of a name, within the time.

        Where two name servers are set, a name is missing only when two of them say so: one that lies,
        blocks or lags would have what is still there taken for gone.
        """
        ends_at = self._ends_at(timeout_seconds)
        resolver = self._configured()
        answer = _Questions(resolver, ends_at=ends_at).addresses(name)
        if answer.failure not in _MISSING or resolver is None or len(resolver.nameservers) < 2:
            return answer
        return self._of_two(name, said=answer, ends_at=ends_at)

    def _of_two(self, name: str, *, said: DnsAnswer, ends_at: float) -> DnsAnswer:
        """Ask servers one by one, until one knows the name or a second one misses it too."""
        missed_by = 0
        for position, server in enumerate(self._servers()):
            alone = self._configured()
            if alone is None:
                break
            alone.nameservers = [server]
            left_seconds = (ends_at - clock.monotonic()) / (2 if position == 0 else 1)
            until = clock.monotonic() + left_seconds
            answer = _Questions(alone, ends_at=until).addresses(name)
            missed_by += answer.failure in _MISSING
            if answer.failure is None or missed_by == 2:
                return said if answer.failure else answer
        return DnsAnswer(canonical_names=said.canonical_names, failure="resolver_dead")

    def _servers(self) -> list[str | Nameserver]:
        resolver = self._configured()
        return [] if resolver is None else list(resolver.nameservers)[:_MOST_ASKED]

    def look_up(self, name: str, *, timeout_seconds: float | None = None) -> DnsAnswer:
        """Return the addresses, aliases and name servers of a name, within the time."""
        questions = self._questions(timeout_seconds)
        answer = questions.addresses(name)
        return DnsAnswer(
            addresses_v4=answer.addresses_v4,
            addresses_v6=answer.addresses_v6,
            canonical_names=answer.canonical_names,
            name_servers=questions.name_servers(name),
            failure=answer.failure,
        )

    def _questions(self, timeout_seconds: float | None) -> _Questions:
        return _Questions(self._configured(), ends_at=self._ends_at(timeout_seconds))

    def _ends_at(self, timeout_seconds: float | None) -> float:
        timeout = self._timeout_seconds if timeout_seconds is None else timeout_seconds
        return clock.monotonic() + timeout

    def _configured(self) -> DnspythonResolver | None:
        from dns.nameserver import Do53Nameserver
        from dns.resolver import Resolver as DnspythonResolver

        resolver = DnspythonResolver(configure=False)
        resolver.nameservers = [
            Do53Nameserver(address, port) for address, port in self._nameservers
        ]
        return resolver


class SystemResolver(DnsResolver):
    """Asks the name servers of the machine (/etc/resolv.conf); its hosts file is not read."""

    def __init__(self, timeout_seconds: float = _DEFAULT_TIMEOUT_SECONDS) -> None:
        super().__init__((), timeout_seconds)

    def _configured(self) -> DnspythonResolver | None:
        from dns.resolver import NoResolverConfiguration
        from dns.resolver import Resolver as DnspythonResolver

        try:
            return DnspythonResolver(configure=True)
        except NoResolverConfiguration:
            return None


@dataclass(slots=True)
class _Reply:
    """What came back to one question."""

    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    failure: str | None = None


class _Questions:
    """A few questions that share one deadline."""

    def __init__(self, resolver: DnspythonResolver | None, *, ends_at: float) -> None:
        self._resolver = resolver
        self._ends_at = ends_at
        if resolver is not None:
            resolver.timeout = _PATIENCE_SECONDS

    def addresses(self, name: str) -> DnsAnswer:
        # Half of the time, so that a server that is mute to one question can still answer the other.
        first = self._ask(name, "A", share=0.5)
        if first.failure == "no_such_name":
            return DnsAnswer(canonical_names=first.aliases, failure=first.failure)
        second = self._ask(name, "AAAA")
        failure = None
        if not first.values and not second.values:
            failures = {first.failure, second.failure} - {None}
            # One unanswered question leaves open whether there is an address.
            failure = "resolver_dead" if "resolver_dead" in failures else "no_address"
        return DnsAnswer(
            addresses_v4=first.values,
            addresses_v6=second.values,
            canonical_names=first.aliases or second.aliases,
            failure=failure,
        )

    def name_servers(self, name: str) -> tuple[str, ...]:
        """Return the servers of the closest zone above the name, down to what somebody registered."""
        zone = name.rstrip(".")
        last = registrable_domain(zone) or zone
        while True:
            reply = self._ask(zone, "NS")
            if reply.values or zone == last or "." not in zone:
                return tuple(sorted(reply.values))
            zone = zone.partition(".")[2]

    def _ask(self, name: str, kind: str, *, share: float = 1.0) -> _Reply:
        import dns.exception
        import dns.name
        import dns.resolver

        left_seconds = (self._ends_at - clock.monotonic()) * share
        if self._resolver is None or left_seconds <= 0:
            return _Reply(failure="resolver_dead")
        try:
            question = dns.name.from_text(name)
        except (dns.exception.DNSException, UnicodeError):
            return _Reply(failure="no_such_name")  # no name of the system is written like this
        try:
            answer = self._resolver.resolve(
                question, kind, lifetime=left_seconds, search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN as error:
            found = error.responses()  # type: ignore[no-untyped-call]
            return _Reply(aliases=_aliases(found.get(question)), failure="no_such_name")
        except (dns.exception.DNSException, OSError, ValueError):
            return _Reply(failure="resolver_dead")
        records = list(answer.rrset or ())[:_MOST_RECORDS]
        values = tuple(str(record).rstrip(".").lower() for record in records)
        return _Reply(values=values, aliases=_aliases(answer.response))


def _aliases(message: Message | None) -> tuple[str, ...]:
    """Return the chain of canonical names in the order in which they follow each other."""
    import dns.exception

    if message is None:
        return ()
    try:
        chain = message.resolve_chaining().cnames  # type: ignore[attr-defined]
    except dns.exception.DNSException:
        return ()
    targets = (rrset[0].target.to_text(omit_final_dot=True).lower() for rrset in chain)
    return tuple(targets)[:_MOST_RECORDS]
