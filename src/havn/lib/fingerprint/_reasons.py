# SPDX-License-Identifier: Apache-2.0
"""Why a decoder gave up: over damage, or because it does not know what is in the file."""

from __future__ import annotations

import re

from havn.lib.fingerprint._jpeg import process_of

_UNKNOWN = re.compile(
    r"unsupported|(?:not|isn't) (?:supported|implemented|available)|cannot handle|unknown (?:pixel|raw) mode",
    re.IGNORECASE,
)
# What TIFF calls codings that Pillow does not know; it raises nothing but the number.
_TIFF_CODINGS = {
    **dict.fromkeys((9, 10, 34661), "JBIG"),
    **dict.fromkeys((33003, 33004, 33005, 34712), "JPEG 2000"),
    **dict.fromkeys((34676, 34677), "SGI log luminance"),
    **dict.fromkeys((50002, 52546), "JPEG XL"),
    32766: "NeXT",
    34887: "LERC",
    34892: "lossy JPEG of DNG",
    34934: "JPEG XR",
}
_JPEG_PROCESSES = {
    0xC3: "lossless",
    0xC5: "hierarchical",
    0xC6: "hierarchical",
    0xC7: "hierarchical",
}


def shortened(reason: object) -> str:
    """Return what was said, on one line that is not long; empty where nothing was."""
    return " ".join(
        "".join(each for each in str(reason) if each.isprintable() or each.isspace()).split()
    )[:160]


def kind_unknown(error: Exception, name: str, content: bytes) -> str | None:
    """Return what in a picture of this format its decoder does not know; None where it is damage."""
    if name == "JPEG" and (process := process_of(content)) in _JPEG_PROCESSES:
        return f"{_JPEG_PROCESSES[process]} JPEG"
    cause = error.__cause__
    if name == "TIFF" and isinstance(cause, KeyError) and cause.args[0] in _TIFF_CODINGS:
        return f"{_TIFF_CODINGS[cause.args[0]]} in TIFF"
    reason = shortened(error)
    return reason if _UNKNOWN.search(reason) else None
