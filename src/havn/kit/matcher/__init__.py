# SPDX-License-Identifier: Apache-2.0
"""The matcher server: look-ups by fingerprint over HTTP, in HMA's shapes, for a platform's own network.

It holds no database; what it keeps is the index, the delta beside it, and a file of what is suppressed here
(docs/matcher.md).
"""

from havn.kit.matcher.application import Application
from havn.kit.matcher.comparing import (
    BY,
    Asker,
    By,
    Compared,
    IndexAsker,
    ServerAsker,
    compared,
    read_fingerprints,
)
from havn.kit.matcher.faults import MatcherError, RequestError
from havn.kit.matcher.matcher import Matcher
from havn.kit.matcher.serving import Plan, load, require_safe_address, serve
from havn.kit.matcher.settings import Brake, ListPolicy, Settings, read_settings
from havn.kit.matcher.sources import Source, source_of
from havn.kit.matcher.tokens import LOOK_UP, SCOPES, WRITE, Tokens, new_token, read_tokens

__all__ = [
    "BY",
    "LOOK_UP",
    "SCOPES",
    "WRITE",
    "Application",
    "Asker",
    "Brake",
    "By",
    "Compared",
    "IndexAsker",
    "ListPolicy",
    "Matcher",
    "MatcherError",
    "Plan",
    "RequestError",
    "ServerAsker",
    "Settings",
    "Source",
    "Tokens",
    "compared",
    "load",
    "new_token",
    "read_fingerprints",
    "read_settings",
    "read_tokens",
    "require_safe_address",
    "serve",
    "source_of",
]
