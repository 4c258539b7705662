# SPDX-License-Identifier: Apache-2.0
"""How commands end: exit codes, and the sentence for each error that a person can mend."""

from __future__ import annotations

import errno
import os
import sys
from dataclasses import dataclass

DONE = 0
FOUND = 1  # something was found, or the node refused
COULD_NOT = 2  # bad input, or something that is needed is missing
STOPPED = 130  # Ctrl-C
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = "{} may not be used by the user of this process. Change its owner or mode, or run this as its owner."
_OF_FILES = {
    errno.ENOENT: "There is no {}. Look at how it is spelt, and whether its folder is there.",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EISDIR: "{} is a folder, and a file is needed. Name a file.",
    errno.ENOTDIR: "{} lies in a file, not in a folder. Look at how it is spelt.",
    errno.EEXIST: "{} exists already. Name another file.",
    errno.EROFS: "{} lies on a disk that only can be read. Name another folder.",
    errno.ENAMETOOLONG: "{} is too long a name. Name a shorter one.",
}


class CouldNotError(Exception):
    """The command cannot do its work; the message says why and what to do."""


class FoundError(Exception):
    """The command found something that a person must see, or was refused; the message says what."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Exit code and last sentence."""

    code: int
    sentence: str


def ending_of(error: Exception) -> Ending | None:
    """Return how a command ends with this error; None for a mistake of ours, shown with its trace."""
    if isinstance(error, CouldNotError):
        return Ending(COULD_NOT, str(error))
    if isinstance(error, FoundError):
        return Ending(FOUND, str(error))
    if isinstance(error, OSError):
        return _of_file(error)
    return _of_domain(error) or _of_node(error)


def _of_file(error: OSError) -> Ending | None:
    """Return what is wrong with a file, and what to do; None where the error names no file."""
    if error.errno in _FULL:
        return Ending(COULD_NOT, "The disk is full: nothing was written. Make room and try again.")
    if error.errno is None or not isinstance(error.filename, str | bytes | os.PathLike):
        return None
    name = os.fsdecode(error.filename)
    said = _OF_FILES.get(
        error.errno, f"{{}} cannot be used ({os.strerror(error.errno)}). Name another file."
    )
    return Ending(COULD_NOT, said.format(name if name.isprintable() else ascii(name)))


def _of_domain(error: Exception) -> Ending | None:
    from havn.domain.errors import NotFoundError, RefusedError

    if isinstance(error, RefusedError):
        return Ending(FOUND, str(error))
    if isinstance(error, NotFoundError):
        return Ending(FOUND, "There is no such record on this node.")
    return None


def _of_node(error: Exception) -> Ending | None:
    from havn.lib.keyring import KeyringError
    from havn.lib.sealing import SealError

    if isinstance(error, KeyringError):
        return Ending(COULD_NOT, str(error))
    if isinstance(error, SealError):
        return Ending(COULD_NOT, "This does not open with that key, or it was damaged.")
    if "django" not in sys.modules:
        return None
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, InterfaceError, OperationalError

    if isinstance(error, ImproperlyConfigured):
        return Ending(COULD_NOT, str(error))
    if isinstance(error, DatabaseError | InterfaceError):
        # Of what a server says about a connection the first line helps; about a statement it holds values.
        is_about_server = isinstance(error, OperationalError | InterfaceError)
        said = str(error).strip().splitlines() if is_about_server else []
        what = said[0] if said else type(error).__name__
        return Ending(COULD_NOT, f"The database does not do what was asked: {what}.")
    return None
