# SPDX-License-Identifier: Apache-2.0
"""A file written as letters is seen however it is wrapped; words, addresses and fingerprints are none."""

from __future__ import annotations

import base64
import hashlib
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.encoding import holds_encoded_file, parse_address

STARTS = [
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    b"\xff\xd8\xff\xe0\x00\x10JFIF",
    b"GIF89a",
    b"RIFF\x24\x10\x00\x00WEBPVP8 ",
    b"\x00\x00\x00\x20ftypheic",
]
WORD = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789æøå-_'", max_size=30)


def noise(seed: int, length: int) -> bytes:
    """Return bytes that look like what a compressor makes."""
    return Random(seed).randbytes(length)


def lines_of(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)]


@given(
    start=st.sampled_from([*STARTS, b""]),
    seed=st.integers(0, 10**6),
    length=st.integers(190, 3000),
    width=st.integers(40, 200),
    line_end=st.sampled_from(["\n", "\r\n", " ", "\n\n  ", "\t\n"]),
    is_url_safe=st.booleans(),
    before=st.lists(WORD, max_size=8),
)
def test_base64_is_seen_however_it_is_wrapped(
    start, seed, length, width, line_end, is_url_safe, before
):
    content = start + noise(seed, length)
    encode = base64.urlsafe_b64encode if is_url_safe else base64.b64encode
    encoded = line_end.join(lines_of(encode(content).decode(), width))
    assert holds_encoded_file(" ".join([*before, ": ", encoded, " (that is all)"]))


@given(start=st.sampled_from(STARTS), seed=st.integers(0, 10**6))
def test_the_beginning_of_a_picture_is_enough(start, seed):
    assert holds_encoded_file(base64.b64encode(start + noise(seed, 48)).decode())


@given(seed=st.integers(0, 10**6), length=st.integers(200, 2000))
def test_hexadecimal_in_one_piece_and_data_uris_are_seen(seed, length):
    assert holds_encoded_file("here: " + noise(seed, length).hex())
    assert holds_encoded_file("<img src='DATA:image/svg+xml,%3Csvg%3E'>")
    assert holds_encoded_file("data:image/png;base64," + base64.b64encode(noise(seed, 9)).decode())


SITES = st.sampled_from(
    ["https://cdn.made-up.example/img/b/", "http://made-up.example/?sig=", "made-up.example/v/"]
)


@given(
    site=SITES, seed=st.integers(0, 10**6), length=st.integers(30, 1400), hexadecimal=st.booleans()
)
def test_long_signed_addresses_are_no_file_alone_in_lists_and_inside_words(
    site, seed, length, hexadecimal
):
    letters = noise(seed, length)
    signed = letters.hex()[:1900] if hexadecimal else base64.urlsafe_b64encode(letters).decode()
    address = f"{site}AVvXsEh{signed}/s1600/17.html"
    assert parse_address(address).host.endswith("made-up.example")
    for text in (address, f"I saw it here: ({address}), on Monday", f"{address}\n{address}"):
        assert not holds_encoded_file(text)


@given(
    site=SITES,
    start=st.sampled_from(STARTS),
    seed=st.integers(0, 10**6),
    length=st.integers(48, 900),
    is_url_safe=st.booleans(),
    is_quoted=st.booleans(),
)
def test_a_picture_inside_an_address_is_seen_by_its_beginning(
    site, start, seed, length, is_url_safe, is_quoted
):
    encode = base64.urlsafe_b64encode if is_url_safe else base64.b64encode
    if start == STARTS[1]:
        start += b"\x01\x01"
    letters = encode(start + noise(seed, length)).decode()
    address = site + (quote(letters, safe="") if is_quoted else letters)
    assert holds_encoded_file(address)
    assert holds_encoded_file(f"I saw it here: {address} on Monday")


@given(site=SITES, seed=st.integers(0, 10**6))
def test_an_address_with_more_letters_than_any_needs_and_a_data_uri_in_one_are_files(site, seed):
    assert holds_encoded_file(site + base64.urlsafe_b64encode(noise(seed, 1600)).decode())
    assert holds_encoded_file(site + noise(seed, 1000).hex())
    assert holds_encoded_file(site + quote("data:image/png;base64,AAAA", safe=""))


def test_letters_hide_neither_in_a_host_nor_before_or_after_an_address():
    encoded = base64.urlsafe_b64encode(noise(1, 300)).decode().replace("_", "a")
    assert holds_encoded_file(f"http://{encoded}.example/")
    assert holds_encoded_file(f"{encoded}.example/page")
    assert holds_encoded_file(f"{encoded}http://made-up.example/page/of/forty/letters/at/least")
    assert holds_encoded_file("https://made-up.example/ " + encoded)


def test_invisible_letters_hide_nothing():
    encoded = base64.b64encode(noise(1, 300)).decode()
    assert holds_encoded_file("\u200b".join(lines_of(encoded, 7)))
    assert holds_encoded_file("da\u00adta:image/png;base64,AAAA")


@given(st.lists(WORD | st.just("\n"), max_size=400))
def test_words_are_no_file(words):
    assert not holds_encoded_file(" ".join(words))


@given(seed=st.integers(0, 10**6), many=st.integers(1, 300))
def test_lists_of_fingerprints_identifiers_and_addresses_are_no_file(seed, many):
    hashes = [hashlib.sha256(b"%d-%d" % (seed, n)).hexdigest() for n in range(many)]
    assert not holds_encoded_file("\n".join(hashes))
    assert not holds_encoded_file(
        "\n".join(f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{h[16:28]}" for h in hashes)
    )
    lines = [
        f"https://host-{n}.example/Path/{h[:20]}/{h[20:30].upper()}?id={n}"
        for n, h in enumerate(hashes)
    ]
    assert all(parse_address(line).host for line in lines[:3])
    assert not holds_encoded_file("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "confirmed item 17",
        "http://made-up.example/a/b/c?id=1234567890abcdefABCDEF#part",
        "I saw it in the group on Monday. " * 200,
        "x" * 5000,
        "/" * 5000,
        "https://made-up.example/" + "verylongpath/" * 100,
        "7M4K-Q2ZD-83HP-X5VC-N9TB\n" * 60,
    ],
)
def test_what_people_write_is_no_file(text):
    assert not holds_encoded_file(text)
