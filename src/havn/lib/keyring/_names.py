# SPDX-License-Identifier: Apache-2.0
"""The names of key files: of some pairs several lie in a folder, the first under the plain name, each further under a digest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from havn.lib.keyring._kinds import KEY_KINDS, PUBLIC_HALVES, SEVERAL, KeyKind

_DIGITS = 16
_FURTHER = re.compile(rf"({'|'.join(SEVERAL)})\.([0-9a-f]{{{_DIGITS}}})(\.pub)?")


@dataclass(frozen=True, slots=True)
class KeyName:
    """What the name of a key file says."""

    plain: str  # the name in KEY_KINDS, the same for all pairs of a use
    digest: str = ""  # of the public half; empty for the first pair

    @property
    def kind(self) -> KeyKind:
        """What the file holds."""
        return KEY_KINDS[self.plain]

    @property
    def file(self) -> str:
        """The name of the file."""
        if not self.digest:
            return self.plain
        private = self.plain.removesuffix(".pub")
        return f"{private}.{self.digest}{self.plain.removeprefix(private)}"

    @property
    def public(self) -> KeyName | None:
        """The name of the public half beside a private key; None for everything else."""
        half = PUBLIC_HALVES.get(self.plain)
        return KeyName(half, self.digest) if half else None


def key_name(file: str) -> KeyName | None:
    """Return what the name of a file says; None where no key has such a name."""
    if file in KEY_KINDS:
        return KeyName(file)
    found = _FURTHER.fullmatch(file)
    return KeyName(found[1] + (found[3] or ""), found[2]) if found else None


def further_name(plain: str, public: bytes) -> KeyName:
    """Return the name of a further private key, or public half, by the public half."""
    return KeyName(plain, hashlib.sha256(public).hexdigest()[:_DIGITS])
