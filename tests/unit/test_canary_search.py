# SPDX-License-Identifier: Apache-2.0
"""The search for canaries finds what it should, however it is coded; or its silence would mean nothing."""

import base64
import gzip
import json
import zlib
from urllib.parse import quote_plus

import pytest

from tests.faults.canaries import search

CANARY = "Kanarie5be1-Words"
CODINGS = {
    "plain": lambda text: text.encode(),
    "lower": lambda text: text.lower().encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "hex": lambda text: text.encode().hex().encode(),
    "capital hex": lambda text: text.encode().hex().upper().encode(),
    "form": lambda text: quote_plus(text).encode(),
    "JSON": lambda text: json.dumps(text).encode(),
    "gzip": lambda text: gzip.compress(text.encode() * 3),
    "zlib": lambda text: zlib.compress(text.encode() * 3, 1),
    "base64 of gzip": lambda text: base64.b64encode(gzip.compress(b"x" * 40 + text.encode())),
    # As Django keeps sessions.
    "a session": lambda text: b"." + base64.urlsafe_b64encode(zlib.compress(json.dumps({"agent": text}).encode())).rstrip(b"=") + b":1w:sig",
    **{f"base64 at {n}": lambda text, n=n: base64.b64encode(b"y" * n + text.encode() + b"z" * n) for n in range(4)},
    **{f"base64url at {n}": lambda text, n=n: base64.urlsafe_b64encode(b"\xff" * n + text.encode()) for n in range(4)},
}  # fmt: skip


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("around", [b"", b"\x00\x01" * 3000, b"| 0198 | " * 500])
def test_a_canary_is_found_however_it_is_coded(tmp_path, coding, around):
    path = tmp_path / "place"
    path.write_bytes(around + CODINGS[coding](CANARY) + around)
    assert CANARY in {canary for canary, *_ in search([path], [CANARY])}


def test_what_is_not_there_is_not_found(tmp_path):
    path = tmp_path / "place"
    path.write_bytes(CODINGS["gzip"]("Kanarie5be2-Words") + b"Kanarie 5be1 Words")
    assert search([path], [CANARY]) == []
