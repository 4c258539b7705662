# SPDX-License-Identifier: Apache-2.0
"""Three digests of one read."""

import hashlib
import io

from hypothesis import given
from hypothesis import strategies as st

from havn.lib import fingerprint
from havn.lib.fingerprint._digests import PIECE, Digester


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_pieces_make_the_digests_of_the_whole(pieces):
    digester = Digester()
    for each in pieces:
        digester.update(each)
    assert digester.digests() == fingerprint.digests_of(io.BytesIO(b"".join(pieces)))


def test_a_stream_of_several_pieces_has_the_digests_that_hashlib_gives():
    content = bytes(range(256)) * (PIECE // 100)
    found = fingerprint.digests_of(io.BytesIO(content))
    assert found.md5 == hashlib.md5(content).hexdigest()
    assert found.sha1 == hashlib.sha1(content).hexdigest()
    assert found.sha256 == hashlib.sha256(content).hexdigest()
    assert found.length == len(content)
