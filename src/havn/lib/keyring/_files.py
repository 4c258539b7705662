# SPDX-License-Identifier: Apache-2.0
"""Reading and writing one key file: exclusive, durable, and never through a loose mode."""

from __future__ import annotations

import base64
import binascii
import os
import stat
from pathlib import Path

_VERSION = "1"
_KEY_BYTES = 32
_LONGEST_FILE = 256


class KeyringError(Exception):
    """Something is wrong with a key file; the message names the file and what to do."""


class MissingKeyError(KeyringError):
    """The key is not there, or this process may not read it."""


class LooseKeyError(KeyringError):
    """Somebody else could read or replace the key."""


class DamagedKeyError(KeyringError):
    """The file does not hold a key of the kind that its name promises."""


class KeyExistsError(KeyringError):
    """There is a key under this name already, and keys are never overwritten."""


Stamp = tuple[int, ...]


def stamp_of(path: Path) -> Stamp | None:
    """Return what differs once a file is replaced, written to, or given to others; None where there is none.

    Taken of the name itself, so that a symbolic link is another file.
    """
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return (
        found.st_dev,
        found.st_ino,
        found.st_ctime_ns,
        found.st_mtime_ns,
        found.st_size,
        found.st_mode,
        found.st_uid,
    )


def read_key_file(path: Path, *, kind: str, is_public: bool, is_anothers: bool = False) -> bytes:
    """Return the key in the file, after its mode, and its owner unless it is another's, were found right."""
    try:
        # Not through a symbolic link, and owner and mode are those of the very file that is read.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise MissingKeyError(
            f"The key {path.name} cannot be read in {path.parent} ({error.strerror}). "
            "Run `havn init`, or give this process the keys it needs."
        ) from error
    try:
        found = os.fstat(descriptor)
        _check_mode(path, found, is_public=is_public)
        if not (is_public or is_anothers or found.st_uid == os.geteuid()):
            raise LooseKeyError(
                f"{path} belongs to another user than the one who runs this process."
            )
        content = os.read(descriptor, _LONGEST_FILE)
    finally:
        os.close(descriptor)
    return _parsed(path, content, kind=kind)


def write_key_file(path: Path, key: bytes, *, kind: str, is_public: bool) -> None:
    """Write a new key file so that it is whole or not there at all, also after a power cut."""
    text = f"{kind} {_VERSION} {base64.urlsafe_b64encode(key).rstrip(b'=').decode('ascii')}\n"
    # A name that nobody else uses: a killed run leaves a draft behind and never half a key.
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    mode = 0o644 if is_public else 0o600
    descriptor = os.open(
        draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)  # whatever the umask says
            file.write(text.encode("ascii"))
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)  # unlike a rename, fails where the name is taken
    except FileExistsError as error:
        raise KeyExistsError(
            f"The key {path.name} is in {path.parent} already; it was left as it is."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _check_mode(path: Path, found: os.stat_result, *, is_public: bool) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise LooseKeyError(f"{path} is not an ordinary file.")
    mode = stat.S_IMODE(found.st_mode)
    if is_public:
        if mode & 0o022:
            raise LooseKeyError(
                f"Others may replace {path} (mode {mode:04o}). Run `chmod 0644 {path}`."
            )
        return
    if mode != 0o600:
        raise LooseKeyError(
            f"{path} has mode {mode:04o} instead of 0600. Run `chmod 0600 {path}`."
        )


def _parsed(path: Path, content: bytes, *, kind: str) -> bytes:
    words = content.split()
    try:
        key = (
            base64.urlsafe_b64decode(words[2] + b"=" * (-len(words[2]) % 4))
            if len(words) == 3
            else b""
        )
    except (binascii.Error, ValueError):
        key = b""
    if words[:2] != [kind.encode(), _VERSION.encode()] or len(key) != _KEY_BYTES:
        raise DamagedKeyError(
            f"{path} does not hold a key of the kind {kind}. Restore it from a backup of the keys."
        )
    return key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
