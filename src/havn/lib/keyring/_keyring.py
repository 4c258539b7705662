# SPDX-License-Identifier: Apache-2.0
"""The folder of keys as one object."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

from havn.lib.keyring._files import (
    DamagedKeyError,
    KeyExistsError,
    KeyringError,
    MissingKeyError,
    Stamp,
    read_key_file,
    stamp_of,
    write_key_file,
)
from havn.lib.keyring._kinds import KEY_KINDS, PUBLIC_HALVES, SEVERAL, fresh_key, public_half
from havn.lib.keyring._names import KeyName, further_name, key_name


class Keyring:
    """A folder of key files; nothing is read before it is asked for, and what was read holds until its file changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._read: dict[str, tuple[Stamp, bytes]] = {}
        self._halves: dict[bytes, bytes] = {}  # public ones by private ones: cheap, but not free

    def create(self, name: str) -> None:
        """Make the key, and its public half beside it; raise KeyExistsError where both are there already."""
        parsed = _known(name)
        if parsed.kind.is_public:
            raise KeyringError(
                f"{name} is a public key: it comes with its private one, or from an operator."
            )
        if self._lacks_its_public_half(parsed):
            # Somebody cut the power between the two files.
            self._publish(parsed)
            return
        self.store(name, fresh_key(parsed.kind))

    def add(self, name: str) -> bytes:
        """Make a further pair beside those that are there; return its public half.

        A further pair that a power cut left without its public half is mended and returned instead.
        """
        if name not in SEVERAL:
            raise KeyringError(f"There is one key {name} and no other beside it.")
        if not self._path(name).exists():
            self.create(name)
            return self.read(PUBLIC_HALVES[name])
        for each in self._of(name):
            if self._lacks_its_public_half(each):
                self._publish(each)
                return self._public_half(each)
        plain = _known(name)
        private = fresh_key(plain.kind)
        further = further_name(name, public_half(plain.kind, private))
        self.store(further.file, private)
        return self._public_half(further)

    def store(self, name: str, key: bytes) -> None:
        """Put a given key (an operator's public one, or one from a backup) in; never over another."""
        parsed = _known(name)
        _require_own_name(parsed, key, place=self.folder / name)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kind = parsed.kind
        write_key_file(self._path(name), key, kind=kind.value, is_public=kind.is_public)
        if parsed.public:
            self._publish(parsed)

    def read(self, name: str) -> bytes:
        """Return the 32 bytes of the key; raise MissingKeyError, LooseKeyError or DamagedKeyError.

        A key that is taken away, replaced, or given to others counts as such at once: the file is looked at each
        time, and opened only when it is not the one that was read before.
        """
        parsed = _known(name)
        path = self._path(name)
        stamp = stamp_of(path)
        known = self._read.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        self._read.pop(name, None)
        kind = parsed.kind
        key = read_key_file(path, kind=kind.value, is_public=kind.is_public)
        _require_own_name(parsed, key, place=path)
        if stamp is not None:
            self._read[name] = stamp, key
        return key

    def publics(self, name: str) -> tuple[bytes, ...]:
        """Return all public halves of a use that are here, the first pair's before those that were added.

        `name` is that of the private key. Raises what `read` raises for one that is wrong.
        """
        return tuple(public for _file, public in self.public_files(name))

    def public_files(self, name: str) -> list[tuple[str, bytes]]:
        """Return the same with the name of each file."""
        return [(each.file, self.read(each.file)) for each in self._of(PUBLIC_HALVES[name])]

    def private_of(self, name: str, public: bytes) -> bytes:
        """Return the private half of one of the pairs of a use; raise MissingKeyError where it is not here."""
        further = further_name(name, public)
        for each in (further, KeyName(name)):
            if self._is_there(each) and self._public_half(each) == public:
                return self.read(each.file)
        raise MissingKeyError(
            f"The private half of the {name} whose public half is {public.hex()} is not in {self.folder}. "
            "Put it back from a backup of the keys, or run `havn keys place` again for this process."
        )

    def holds(self, name: str, key: bytes) -> bool:
        """Tell whether the file holds this key; root may ask about the keys of any user."""
        kind, is_root = _known(name).kind, os.geteuid() == 0
        found = read_key_file(
            self._path(name), kind=kind.value, is_public=kind.is_public, is_anothers=is_root
        )
        return hmac.compare_digest(found, key)

    def written_at(self, name: str) -> float:
        """Return when the file of a key was written, as its file system says; of several the last is the newest."""
        try:
            return self._path(name).stat().st_mtime
        except OSError as error:
            raise MissingKeyError(f"The key {name} is not in {self.folder}.") from error

    def names_present(self) -> set[str]:
        """Return the names of the keys that lie in the folder, further pairs among them, readable or not."""
        return {each.file for each in self._names() if self._path(each.file).is_file()}

    def names_readable(self) -> set[str]:
        """Return the names of the keys that this process could read, whatever else is wrong with them."""
        return {each.file for each in self._names() if self._may_open(each.file)}

    def _names(self) -> list[KeyName]:
        """Return the names that keys may have here: all plain ones, and the further ones among the files."""
        try:
            files = [path.name for path in self.folder.iterdir()]
        except OSError:  # not there, or closed: what may be opened by its name still is
            files = []
        found = {parsed for file in (*KEY_KINDS, *files) if (parsed := key_name(file))}
        return sorted(found, key=lambda each: (each.plain, each.digest))

    def _of(self, plain: str) -> list[KeyName]:
        """Return what lies here of a plain name, the first pair's before those that were added."""
        return [each for each in self._names() if each.plain == plain and self._is_there(each)]

    def _is_there(self, name: KeyName) -> bool:
        return os.path.lexists(self._path(name.file))

    def _lacks_its_public_half(self, name: KeyName) -> bool:
        public = name.public
        return public is not None and self._is_there(name) and not self._is_there(public)

    def _public_half(self, name: KeyName) -> bytes:
        private = self.read(name.file)
        if private not in self._halves:
            self._halves[private] = public_half(name.kind, private)
        return self._halves[private]

    def _publish(self, private: KeyName) -> None:
        name = private.public
        if name is None:
            return
        public = self._public_half(private)
        try:
            write_key_file(self._path(name.file), public, kind=name.kind.value, is_public=True)
        except KeyExistsError:
            if self.read(name.file) != public:
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


def _known(name: str) -> KeyName:
    parsed = key_name(name)
    if parsed is None:
        raise MissingKeyError(f"There is no kind of key called {name}.")
    return parsed


def _require_own_name(name: KeyName, key: bytes, *, place: Path) -> None:
    """Refuse a further key under the name of another: by its name it is found."""
    if not name.digest:
        return
    public = key if name.kind.is_public else public_half(name.kind, key)
    if further_name(name.plain, public) != name:
        raise DamagedKeyError(
            f"{place} holds another key than its name says. Restore it from a backup of the keys."
        )
