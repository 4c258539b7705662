# SPDX-License-Identifier: Apache-2.0
"""What a machine can look at; everything else a person has to see in the isolated viewer."""

from __future__ import annotations

_HIDDEN = (".onion", ".i2p")


def is_hidden_service(host: str) -> bool:
    """Whether the host is a hidden service: nobody provides it, so nobody can be told."""
    return host.endswith(_HIDDEN)


def can_be_checked(*, href: str, host: str) -> bool:
    """Whether a re-check can reach it: a web address, and none of a hidden service."""
    return bool(href) and not is_hidden_service(host)
