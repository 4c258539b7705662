# SPDX-License-Identifier: Apache-2.0
"""The folder of keys as one object."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from havn.lib.keyring._files import (
    KeyExistsError,
    KeyringError,
    MissingKeyError,
    Stamp,
    read_key_file,
    stamp_of,
    write_key_file,
)
from havn.lib.keyring._kinds import KEY_KINDS, PUBLIC_HALVES, fresh_key, public_half


class Keyring:
    """A folder of key files; nothing is read before it is asked for, and what was read holds until its file changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._read: dict[str, tuple[Stamp, bytes]] = {}

    def create(self, name: str) -> None:
        """Make the key, and its public half beside it; raise KeyExistsError where both are there already."""
        kind = KEY_KINDS[name]
        if kind.is_public:
            raise KeyringError(
                f"{name} is a public key: it comes with its private one, or from an operator."
            )
        if (
            name in PUBLIC_HALVES
            and self._path(name).exists()
            and not self._path(PUBLIC_HALVES[name]).exists()
        ):
            # Somebody cut the power between the two files.
            self._publish(name)
            return
        self.store(name, fresh_key(kind))

    def store(self, name: str, key: bytes) -> None:
        """Put a given key (an operator's public one, or one from a backup) in; never over another."""
        kind = KEY_KINDS[name]
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_key_file(self._path(name), key, kind=kind.value, is_public=kind.is_public)
        if name in PUBLIC_HALVES:
            self._publish(name)

    def read(self, name: str) -> bytes:
        """Return the 32 bytes of the key; raise MissingKeyError, LooseKeyError or DamagedKeyError.

        A key that is taken away, replaced, or given to others counts as such at once: the file is looked at each
        time, and opened only when it is not the one that was read before.
        """
        kind = KEY_KINDS.get(name)
        if kind is None:
            raise MissingKeyError(f"There is no kind of key called {name}.")
        path = self._path(name)
        stamp = stamp_of(path)
        known = self._read.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        self._read.pop(name, None)
        key = read_key_file(path, kind=kind.value, is_public=kind.is_public)
        if stamp is not None:
            self._read[name] = stamp, key
        return key

    def holds(self, name: str, key: bytes) -> bool:
        """Tell whether the file holds this key; root may ask about the keys of any user."""
        kind, is_root = KEY_KINDS[name], os.geteuid() == 0
        found = read_key_file(
            self._path(name), kind=kind.value, is_public=kind.is_public, is_anothers=is_root
        )
        return hmac.compare_digest(found, key)

    def names_present(self) -> set[str]:
        """Return the names of the keys that lie in the folder, readable or not."""
        return {name for name in KEY_KINDS if self._path(name).is_file()}

    def names_readable(self) -> set[str]:
        """Return the names of the keys that this process could read, whatever else is wrong with them."""
        return {name for name in KEY_KINDS if self._may_open(name)}

    def _publish(self, private_name: str) -> None:
        name = PUBLIC_HALVES[private_name]
        public = public_half(KEY_KINDS[private_name], self.read(private_name))
        try:
            write_key_file(self._path(name), public, kind=KEY_KINDS[name].value, is_public=True)
        except KeyExistsError:
            if self.read(name) != public:
                raise

    def _may_open(self, name: str) -> bool:
        # Opening tells the truth where access() would not: for root, and under access control lists.
        try:
            with self._path(name).open("rb"):
                return True
        except OSError:
            return False

    def _path(self, name: str) -> Path:
        return self.folder / name
