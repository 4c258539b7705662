# SPDX-License-Identifier: Apache-2.0
"""Chooses who the outside is: the internet, or the lab on this machine's loopback."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from havn.lib import http
from havn.lib.mail import Relay

if TYPE_CHECKING:
    from havn.domain.workflow.tasks.hub.outside import HubOutside
    from havn.domain.workflow.tasks.outside import Outside

AGENT = "Havn re-check (header requests only; see the organisation's site)"
TLS_CHOICES = ("starttls", "implicit", "insecure-none")


class OutsideRefusedError(ImproperlyConfigured):
    """A setting of the outside cannot be used; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class OutsideSettings:
    """What the operator says about the outside (docs/operations/settings.md)."""

    choice: str
    nameservers: str
    smtp: str
    smtp_tls: str
    smtp_credentials: str
    lab: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> OutsideSettings:
        """Return the settings found in the variables."""
        return cls(
            choice=variables.get("HAVN_OUTSIDE") or "internet",
            nameservers=variables.get("HAVN_NAMESERVERS") or "",
            smtp=variables.get("HAVN_SMTP") or "",
            smtp_tls=variables.get("HAVN_SMTP_TLS") or "starttls",
            smtp_credentials=variables.get("HAVN_SMTP_CREDENTIALS") or "",
            lab=variables.get("HAVN_LAB") or "",
        )


def outside() -> Outside:
    """Return the outside that this process's settings choose."""
    chosen = OutsideSettings.read(os.environ)
    if chosen.choice == "internet":
        return internet(chosen)
    return insecure_lab(_lab_file(chosen))


def outside_of_hub() -> HubOutside:
    """Return the same for a hub, which knows other nodes and its mail relay, and loads no casework."""
    from havn.domain.workflow.tasks.hub.outside import outside_through

    chosen = OutsideSettings.read(os.environ)
    if chosen.choice == "internet":
        connector: http.Connector = http.PublicConnector(_resolver(chosen.nameservers))
        return outside_through(connector, agent=AGENT, relay=_relay(chosen))
    found = _lab(_lab_file(chosen))
    return outside_through(found.connector, agent=AGENT, relay=found.relay)


def _lab_file(chosen: OutsideSettings) -> Path:
    return Path(chosen.lab) if chosen.lab else settings.HAVN_FOLDER / "lab.json"


def internet(chosen: OutsideSettings) -> Outside:
    """Return the world: public addresses only, the registries, and the operator's mail relay."""
    from havn.domain.workflow.tasks.outside import outside_through

    resolver = _resolver(chosen.nameservers)
    return outside_through(
        http.PublicConnector(resolver), resolver=resolver, agent=AGENT, relay=_relay(chosen)
    )


def insecure_lab(path: Path) -> Outside:
    """Return the lab, from the file in which it wrote its ports."""
    from havn.domain.workflow.tasks.outside import outside_through

    lab = _lab(path)
    return outside_through(
        lab.connector,
        resolver=lab.resolver,
        agent=AGENT,
        relay=lab.relay,
        registries=lab.registries,
        countries=lab.countries,
    )


@dataclass(frozen=True, slots=True)
class _Lab:
    """What the lab wrote of itself."""

    resolver: http.Resolver
    connector: http.Connector
    relay: Relay
    registries: list[tuple[str, str]]
    countries: dict[str, str]


def _lab(path: Path) -> _Lab:
    try:
        lab = json.loads(path.read_text(encoding="utf-8"))
        resolver = http.DnsResolver([_endpoint(lab["nameserver"])])
        relay_host, relay_port = _endpoint(lab["relay"])
        return _Lab(
            resolver=resolver,
            connector=http.InsecureLoopbackConnector(resolver, lab["ports"]),
            relay=Relay(relay_host, relay_port, tls="insecure-none"),
            registries=[(p, b) for family in lab["rdap"].values() for p, b in family],
            countries=dict(lab["countries"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutsideRefusedError(
            f"HAVN_OUTSIDE is insecure-lab, but {path} is not a map that the lab wrote. Start the "
            "lab first (`havn demo`), or set HAVN_OUTSIDE=internet."
        ) from error


def _resolver(nameservers: str) -> http.Resolver:
    if not nameservers.strip():
        return http.SystemResolver()
    return http.DnsResolver(
        [_host_and_port(text, 53, "HAVN_NAMESERVERS") for text in nameservers.split(",")]
    )


def _relay(chosen: OutsideSettings) -> Relay | None:
    if not chosen.smtp:
        return None
    if chosen.smtp_tls not in TLS_CHOICES:
        raise OutsideRefusedError(f"HAVN_SMTP_TLS must be one of: {', '.join(TLS_CHOICES)}.")
    host, port = _host_and_port(chosen.smtp, 587, "HAVN_SMTP")
    name, password = _credentials(chosen.smtp_credentials)
    if name and chosen.smtp_tls == "insecure-none":
        raise OutsideRefusedError("HAVN_SMTP_CREDENTIALS are never sent without TLS.")
    return Relay(host, port, tls=chosen.smtp_tls, name=name, password=password)


def _credentials(file: str) -> tuple[str, str]:
    if not file:
        return "", ""
    path = Path(file)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise OutsideRefusedError(f"Others can read {path}. Run `chmod 0600 {path}`.")
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise OutsideRefusedError(f"{path} cannot be read ({error.strerror}).") from error
    if len(lines) < 2 or not lines[0] or not lines[1]:
        raise OutsideRefusedError(f"{path} must hold two lines: the name and the password.")
    return lines[0], lines[1]


def _host_and_port(text: str, default: int, setting: str) -> tuple[str, int]:
    written = text.strip()
    if written.startswith("["):
        host, _, rest = written[1:].partition("]")
        port = rest.removeprefix(":")
    elif written.count(":") == 1:
        host, _, port = written.partition(":")
    else:
        host, port = written, ""
    if not host or (port and not port.isdigit()):
        raise OutsideRefusedError(f"{setting} has {text!r}; write it like 192.0.2.53:53.")
    return host, int(port) if port else default


def _endpoint(pair: Any) -> tuple[str, int]:
    host, port = pair
    return str(host), int(port)
