# SPDX-License-Identifier: Apache-2.0
"""Who may ask and who may write: a file of hashed tokens, one a line."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from havn.kit.matcher.faults import MatcherError

LOOK_UP, WRITE = "look-up", "write"
SCOPES = (LOOK_UP, WRITE)
_DIGITS = 64


class Tokens:
    """The tokens that are taken, by their SHA-256; the tokens themselves are kept nowhere."""

    def __init__(self, scopes: Mapping[str, frozenset[str]]) -> None:
        """Take the scopes of each token's SHA-256 (64 lowercase digits)."""
        self._scopes = dict(scopes)

    def scopes_of(self, header: str) -> frozenset[str] | None:
        """Return what the bearer of an Authorization header may do, None if nobody is known by it."""
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer":
            return None
        return self._scopes.get(digest_of(token.strip()))


def digest_of(token: str) -> str:
    """Return what is kept of a token. It has 256 random bits, so that nothing slower than SHA-256 is needed."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def new_token(name: str, scopes: tuple[str, ...]) -> tuple[str, str]:
    """Return a new token and the line that says to the server who bears it."""
    if not name or not name.isprintable() or set(name) & set(" ,#"):
        raise MatcherError("A token's name is one word without commas, such as `uploads`.")
    token = secrets.token_urlsafe(32)
    return token, f"{name} {','.join(scopes)} {digest_of(token)}"


def read_tokens(path: Path) -> Tokens:
    """Return the tokens in a file of lines `NAME SCOPE[,SCOPE] SHA256`.

    Raises:
        MatcherError: the file cannot be read, a line is no such line, or there is none.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MatcherError(
            f"{path}: the tokens cannot be read. Look at the name, its owner and whether it is text."
        ) from error
    found: dict[str, frozenset[str]] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        scopes = (
            frozenset(words[1].split(","))
            if len(words) == len(("name", "scopes", "digest"))
            else frozenset()
        )
        if not scopes or scopes - set(SCOPES) or not _is_digest(words[-1]):
            raise MatcherError(
                f"{path}, line {number}: a line is `NAME SCOPE[,SCOPE] SHA256` with the scopes {' and '.join(SCOPES)}. "
                f"Make one with `havn matcher token`."
            )
        found[words[-1]] = scopes
    if not found:
        raise MatcherError(
            f"{path} holds no token, so nobody could ask. Make one with `havn matcher token`."
        )
    return Tokens(found)


def _is_digest(word: str) -> bool:
    return len(word) == _DIGITS and not set(word) - set("0123456789abcdef")
