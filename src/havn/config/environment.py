# SPDX-License-Identifier: Apache-2.0
"""What the environment tells a process: role, audience, folders, database and policy."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from havn.lib.encoding import AddressError, parse_address

ROLES = ("node", "hub")
AUDIENCES = ("public", "desk", "alliance", "node", "worker", "command", "all")


class EnvironmentRefusedError(ImproperlyConfigured):
    """A setting of the environment cannot be used; the message says how to mend it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings that operators give, each from one variable (docs/operations/settings.md)."""

    role: str
    audience: str
    folder: Path
    keys: Path
    database: str
    policy: str
    outside: str
    hosts: tuple[str, ...]
    is_https: bool
    node_address: str  # empty where no other node asks this one
    threads: int
    emergency_number: str  # empty where the operator gave none, as the next two
    helpline: str
    helpline_name: str

    @classmethod
    def read(cls, variables: dict[str, str] | None = None) -> Environment:
        """Return the settings found in the variables, or raise with a sentence."""
        values = dict(os.environ) if variables is None else variables
        folder = Path(values.get("HAVN_DATA") or ".havn").resolve()
        hosts = values.get("HAVN_HOSTS") or "127.0.0.1,localhost"
        return cls(
            role=_one_of(values, "HAVN_ROLE", ROLES, "node"),
            audience=_one_of(values, "HAVN_AUDIENCE", AUDIENCES, "command"),
            folder=folder,
            keys=Path(values.get("HAVN_KEYS") or folder / "keys").resolve(),
            database=values.get("HAVN_DATABASE") or "sqlite",
            policy=values.get("HAVN_POLICY") or "default",
            outside=values.get("HAVN_OUTSIDE") or "internet",
            hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
            is_https=(values.get("HAVN_HTTPS") or "no") == "yes",
            node_address=_node_address(values, "HAVN_NODE_ADDRESS"),
            threads=_count(values, "HAVN_THREADS", 2),
            emergency_number=_phone(values, "HAVN_EMERGENCY_NUMBER"),
            helpline=_phone(values, "HAVN_HELPLINE"),
            helpline_name=(values.get("HAVN_HELPLINE_NAME") or "").strip(),
        )


def _one_of(values: dict[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = values.get(name) or default
    if value not in allowed:
        raise EnvironmentRefusedError(
            f"{name} is {value!r}; it must be one of: {', '.join(allowed)}."
        )
    return value


def _node_address(values: dict[str, str], name: str) -> str:
    text = (values.get(name) or "").strip()
    if not text:
        return ""
    try:
        found = parse_address(text)
    except AddressError as error:
        raise EnvironmentRefusedError(f"{name} is {text!r}. {error.sentence}") from error
    if "?" in found.href or "#" in found.href:
        raise EnvironmentRefusedError(
            f"{name} is {text!r}; write the address without `?` and `#`, for example https://node.example.org."
        )
    return found.key.rstrip("/")


def _count(values: dict[str, str], name: str, default: int) -> int:
    text = values.get(name) or str(default)
    if not re.fullmatch(r"[1-9][0-9]?", text, re.ASCII):
        raise EnvironmentRefusedError(f"{name} is {text!r}; it must be a number from 1 to 99.")
    return int(text)


def _phone(values: dict[str, str], name: str) -> str:
    text = (values.get(name) or "").strip()
    if text and not re.fullmatch(r"\+?[0-9](?:[ -]?[0-9]){1,19}", text, re.ASCII):
        raise EnvironmentRefusedError(
            f"{name} is {text!r}; write a telephone number as people dial it, for example 112 or 116 111."
        )
    return text


def database_settings(environment: Environment) -> dict[str, Any]:
    """Return Django's settings of the database: SQLite in the data folder, or PostgreSQL."""
    if environment.database == "sqlite":
        return {
            "ENGINE": "havn.config.patient_sqlite3",
            "NAME": str(environment.folder / "havn.sqlite3"),
            # Closing the last connection writes the whole log back: not at the end of each request.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": (
                    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;"
                    "PRAGMA foreign_keys=ON;"
                ),
            },
        }
    parts = urlsplit(environment.database)
    if parts.scheme != "postgresql":
        raise EnvironmentRefusedError(
            "HAVN_DATABASE must be `sqlite` or an address that begins with postgresql://."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "havn",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or _socket_folder(parts.query),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _socket_folder(query: str) -> str:
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name == "host":
            return unquote(value)
    return ""
