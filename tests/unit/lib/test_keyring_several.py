# SPDX-License-Identifier: Apache-2.0
"""What must hold where several pairs of one use lie side by side: each is found, none is in the way of another."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.keyring import (
    KEY_KINDS,
    PUBLIC_HALVES,
    SEVERAL,
    DamagedKeyError,
    KeyExistsError,
    KeyKind,
    Keyring,
    KeyringError,
    LooseKeyError,
    MissingKeyError,
    key_name,
)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    found = Keyring(tmp_path / "keys")
    for name in SEVERAL:
        found.create(name)
    return found


def further(keyring: Keyring, name: str) -> tuple[Path, Path]:
    """Return the files of the one further pair of a use: private and public half."""
    plain = {name, PUBLIC_HALVES[name]}
    found = [
        each
        for each in keyring.names_present()
        if (parsed := key_name(each)) and parsed.plain in plain and each not in plain
    ]
    private, public = sorted(found, key=lambda each: each.endswith(".pub"))
    return keyring.folder / private, keyring.folder / public


def public_of(name: str, private: bytes) -> bytes:
    made = (
        X25519PrivateKey.from_private_bytes(private)
        if KEY_KINDS[name] is KeyKind.SEALING_PRIVATE
        else Ed25519PrivateKey.from_private_bytes(private)
    )
    return made.public_key().public_bytes_raw()


@given(st.lists(st.sampled_from(SEVERAL), max_size=6))
def test_whatever_pairs_are_added_each_public_half_finds_its_private_one(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        keyring = Keyring(Path(folder) / "keys")
        added = [(name, keyring.add(name)) for name in names]
        again = Keyring(keyring.folder)
        for name, public in added:
            for each in (keyring, again):
                assert public_of(name, each.private_of(name, public)) == public
        for name in SEVERAL:
            publics = again.publics(name)
            assert set(publics) == {public for each, public in added if each == name}
            assert len(publics) == names.count(name)


def test_the_first_pair_has_the_plain_name_and_stays_the_first(keyring: Keyring) -> None:
    first = keyring.read("exchange-key.pub")
    added = keyring.add("exchange-key")
    assert keyring.publics("exchange-key") == (first, added)
    assert keyring.private_of("exchange-key", first) == keyring.read("exchange-key")
    assert keyring.read("exchange-key.pub") == first


def test_further_keys_are_named_and_closed_as_the_first(keyring: Keyring) -> None:
    before = os.umask(0)
    try:
        keyring.add("exchange-key")
    finally:
        os.umask(before)
    private, public = further(keyring, "exchange-key")
    assert public.name == f"{private.name}.pub"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(public.stat().st_mode) == 0o644
    assert {private.name, public.name} <= keyring.names_readable()


def test_only_a_nodes_keys_for_others_may_be_several(keyring: Keyring) -> None:
    with pytest.raises(KeyringError, match="no other beside it"):
        keyring.add("desk-opening-key")
    assert key_name("desk-opening-key.0123456789abcdef") is None


@pytest.mark.parametrize(
    "name",
    [
        "exchange-key.0123456789ABCDEF",
        "exchange-key.0123456789abcde",
        "exchange-key.0123456789abcdef0",
        "exchange-key.pub.0123456789abcdef",
        ".exchange-key.0123456789abcdef.17.draft",
        "exchange-key.0123456789abcdef\n",
        "exchange-key.0123456789abcdef.pub.pub",
        "form-key.0123456789abcdef",
        "../exchange-key.0123456789abcdef",
    ],
)
def test_nothing_else_is_the_name_of_a_key(keyring: Keyring, name: str) -> None:
    assert key_name(name) is None
    with pytest.raises(MissingKeyError):
        keyring.read(name)


def test_names_that_the_parser_reads_are_the_names_it_writes(keyring: Keyring) -> None:
    for name in SEVERAL:
        keyring.add(name)
    for name in [*KEY_KINDS, *keyring.names_present()]:
        parsed = key_name(name)
        assert parsed is not None
        assert parsed.file == name


def test_a_private_half_that_is_elsewhere_says_so(keyring: Keyring) -> None:
    added = keyring.add("node-signing-key")
    private, _public = further(keyring, "node-signing-key")
    private.unlink()
    with pytest.raises(MissingKeyError, match="havn keys place"):
        keyring.private_of("node-signing-key", added)
    assert added in keyring.publics("node-signing-key")
    with pytest.raises(MissingKeyError):
        keyring.private_of("node-signing-key", bytes(32))


def test_a_private_key_is_found_without_its_public_file(keyring: Keyring) -> None:
    first = keyring.read("exchange-key.pub")
    added = keyring.add("exchange-key")
    for path in keyring.folder.glob("*.pub"):
        path.unlink()
    assert keyring.private_of("exchange-key", first)
    assert keyring.private_of("exchange-key", added)


def test_a_loose_further_key_is_refused(keyring: Keyring) -> None:
    added = keyring.add("exchange-key")
    private, public = further(keyring, "exchange-key")
    public.chmod(0o664)
    with pytest.raises(LooseKeyError):
        keyring.publics("exchange-key")
    private.chmod(0o640)
    with pytest.raises(LooseKeyError, match="chmod 0600"):
        keyring.private_of("exchange-key", added)


@pytest.mark.parametrize("content", ["", "x25519-private 1 AAAA\n", "symmetric 1 " + "A" * 43])
def test_a_damaged_further_key_is_refused(keyring: Keyring, content: str) -> None:
    added = keyring.add("exchange-key")
    for path in further(keyring, "exchange-key"):
        path.write_text(content)
    with pytest.raises(DamagedKeyError):
        keyring.private_of("exchange-key", added)
    with pytest.raises(DamagedKeyError):
        keyring.publics("exchange-key")


def test_a_key_under_the_name_of_another_is_refused(keyring: Keyring) -> None:
    added = keyring.add("exchange-key")
    private, public = further(keyring, "exchange-key")
    private.write_bytes((keyring.folder / "exchange-key").read_bytes())
    public.write_bytes((keyring.folder / "exchange-key.pub").read_bytes())
    with pytest.raises(DamagedKeyError, match="another key than its name says"):
        keyring.private_of("exchange-key", added)
    with pytest.raises(DamagedKeyError, match="another key than its name says"):
        keyring.publics("exchange-key")
    with pytest.raises(DamagedKeyError):
        Keyring(keyring.folder / "other").store(private.name, bytes(range(32)))


def test_a_link_in_the_place_of_a_further_key_is_not_followed(keyring: Keyring) -> None:
    added = keyring.add("exchange-key")
    private, _public = further(keyring, "exchange-key")
    private.rename(keyring.folder / "elsewhere")
    private.symlink_to("elsewhere")
    with pytest.raises(MissingKeyError):
        keyring.private_of("exchange-key", added)


def test_half_a_written_key_is_no_key(keyring: Keyring) -> None:
    draft = keyring.folder / ".exchange-key.0123456789abcdef.17.draft"
    draft.write_text("x25519-pri")
    assert draft.name not in keyring.names_present()
    assert len(keyring.publics("exchange-key")) == 1


@pytest.mark.parametrize("name", SEVERAL)
def test_a_power_cut_between_the_halves_of_a_further_pair_is_mended(
    keyring: Keyring, name: str
) -> None:
    added = keyring.add(name)
    _private, public = further(keyring, name)
    before = public.read_text()
    public.unlink()
    assert keyring.publics(name) == (keyring.read(PUBLIC_HALVES[name]),)
    assert keyring.add(name) == added
    assert public.read_text() == before
    assert keyring.add(name) != added
    public.unlink()
    keyring.create(public.name.removesuffix(".pub"))
    assert public.read_text() == before


def test_a_further_key_is_never_overwritten(keyring: Keyring) -> None:
    added = keyring.add("exchange-key")
    private, _public = further(keyring, "exchange-key")
    with pytest.raises(KeyExistsError):
        keyring.store(private.name, keyring.private_of("exchange-key", added))


def test_a_further_key_is_opened_once_and_read_again_once_it_is_wrong(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = keyring.add("exchange-key")
    private, _public = further(keyring, "exchange-key")
    fresh = Keyring(keyring.folder)
    opened, opens = [], os.open
    monkeypatch.setattr(os, "open", lambda *told: opened.append(told[0]) or opens(*told))
    for _ in range(3):
        fresh.private_of("exchange-key", added)
    assert opened == [private]
    private.unlink()
    with pytest.raises(MissingKeyError):
        fresh.private_of("exchange-key", added)
