# SPDX-License-Identifier: Apache-2.0
"""Where compiled kernels lie between two runs, and loading them from there."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from types import ModuleType

CACHE_VARIABLE = "HAVN_CACHE"
_loading = threading.Lock()


def cache_folder() -> Path:
    """Return the folder for what can be made again: `$HAVN_CACHE`, or `havn` in the user's cache folder."""
    told = os.environ.get(CACHE_VARIABLE)
    if told:
        return Path(told)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "havn"


def own_folder(name: str) -> Path | None:
    """Return a folder of this name in the cache that only this user can write, made if need be; None if there is none.

    Code and marks found there are believed, so a folder that others can write, or that is another's, is not used.
    """
    folder = cache_folder() / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    if os.name != "nt" and (
        found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        return None
    return folder if os.access(folder, os.W_OK) else None


def kernels() -> ModuleType:
    """Return the compiled kernels; the first call takes about a second, and several where no cache is left from before.

    Numba would keep its cache beside the code, where an installation is often read-only, and fail. The setting that
    moves it is the process's own, so it is put back for others who use Numba. Without a folder of our own nothing
    is kept, and each process compiles anew.
    """
    with _loading:
        import numba

        before = numba.config.CACHE_DIR
        folder = kernel_folder()
        numba.config.CACHE_DIR = str(folder) if folder else before
        try:
            from havn.lib.matching import _kernels
        finally:
            numba.config.CACHE_DIR = before
    return _kernels


def kernel_folder() -> Path | None:
    """Return the folder of compiled kernels, None if there can be none."""
    return own_folder("kernels")
