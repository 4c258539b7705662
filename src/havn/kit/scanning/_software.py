# SPDX-License-Identifier: Apache-2.0
"""What reads files on this machine: what was read by other software may have to be read again."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, version

from havn import __version__

READING_VERSION = 1  # another one when the same file may be read otherwise, by the same libraries
_LIBRARIES = ("numpy", "pillow", "pi-heif")


def read_by() -> dict[str, str | int | bool]:
    """Return by what files are read: versions, and whether there is an ffmpeg for videos."""
    return {
        "reading": READING_VERSION,
        "havn": __version__,
        **{name: _version_of(name) for name in _LIBRARIES},
        "ffmpeg": shutil.which("ffmpeg") is not None,
    }


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
