# SPDX-License-Identifier: Apache-2.0
"""What must hold of key files: whole, private to their owner, never overwritten."""

import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.lib import sealing, signing
from havn.lib.keyring import (
    BACKUP_RECIPIENT,
    KEY_KINDS,
    PUBLIC_HALVES,
    DamagedKeyError,
    KeyExistsError,
    KeyKind,
    Keyring,
    KeyringError,
    LooseKeyError,
    MissingKeyError,
    created_keys,
)

PRIVATE_NAMES = created_keys("hub")


@pytest.fixture
def keyring(tmp_path):
    return Keyring(tmp_path / "keys")


@pytest.fixture
def full_keyring(keyring):
    for name in PRIVATE_NAMES:
        keyring.create(name)
    return keyring


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_private_keys_are_0600_and_public_ones_0644_whatever_the_umask(keyring, umask):
    before = os.umask(umask)
    try:
        for name in PRIVATE_NAMES:
            keyring.create(name)
    finally:
        os.umask(before)
    for name, kind in KEY_KINDS.items():
        if name != BACKUP_RECIPIENT:
            assert mode_of(keyring.folder / name) == (0o644 if kind.is_public else 0o600)
    assert not [path for path in keyring.folder.iterdir() if path.name not in KEY_KINDS]


def test_all_keys_differ_and_have_32_bytes(full_keyring):
    keys = [full_keyring.read(name) for name in KEY_KINDS if name != BACKUP_RECIPIENT]
    assert {len(key) for key in keys} == {32}
    assert len(set(keys)) == len(keys)


def test_what_is_sealed_to_the_public_half_opens_with_the_private_one(full_keyring):
    for private, public in PUBLIC_HALVES.items():
        if KEY_KINDS[private] is KeyKind.SEALING_PRIVATE:
            sealed = sealing.seal(b"text", full_keyring.read(public), purpose="x")
            assert sealing.open_sealed(sealed, full_keyring.read(private), purpose="x") == b"text"
        else:
            token = signing.sign_json({}, full_keyring.read(private), key_id="k", kind="x")
            assert signing.verify_json(token, full_keyring.read(public), kind="x") == {}


def test_a_new_node_makes_every_key_that_is_not_public():
    assert set(created_keys("hub")) == {
        name for name, kind in KEY_KINDS.items() if not kind.is_public
    }


def test_the_desk_seals_under_its_own_name():
    assert PUBLIC_HALVES["desk-opening-key"] == "desk-sealing-key.pub"


def test_a_key_is_never_overwritten(full_keyring):
    for name in PRIVATE_NAMES:
        before = full_keyring.read(name)
        with pytest.raises(KeyExistsError):
            full_keyring.create(name)
        with pytest.raises(KeyExistsError):
            full_keyring.store(name, bytes(32))
        assert full_keyring.read(name) == before


def test_a_power_cut_between_the_two_halves_is_mended(full_keyring):
    public = full_keyring.folder / "node-signing-key.pub"
    before = public.read_text()
    public.unlink()
    full_keyring.create("node-signing-key")
    assert public.read_text() == before


def test_a_lost_private_half_is_not_replaced_beside_a_published_key(full_keyring):
    (full_keyring.folder / "desk-opening-key").unlink()
    with pytest.raises(KeyExistsError):
        full_keyring.create("desk-opening-key")


def test_a_missing_key_says_what_to_do(keyring):
    with pytest.raises(MissingKeyError, match="havn init"):
        keyring.read("form-key")


@pytest.mark.parametrize("name", ["../form-key", "nothing", ""])
def test_only_known_names_are_read(keyring, name):
    with pytest.raises(MissingKeyError):
        keyring.read(name)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o700, 0o400])
def test_a_private_key_of_another_mode_is_refused(full_keyring, mode):
    (full_keyring.folder / "form-key").chmod(mode)
    with pytest.raises(LooseKeyError, match="chmod 0600"):
        full_keyring.read("form-key")


def test_a_public_key_that_others_may_replace_is_refused(full_keyring):
    (full_keyring.folder / "exchange-key.pub").chmod(0o664)
    with pytest.raises(LooseKeyError):
        full_keyring.read("exchange-key.pub")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_private_key_of_another_owner_is_refused(full_keyring):
    os.chown(full_keyring.folder / "form-key", 12345, 12345)
    with pytest.raises(LooseKeyError, match="another user"):
        full_keyring.read("form-key")


def test_a_key_is_compared_whoever_it_belongs_to_where_root_asks(full_keyring):
    key = full_keyring.read("form-key")
    if os.geteuid() == 0:
        os.chown(full_keyring.folder / "form-key", 12345, 12345)
    assert full_keyring.holds("form-key", key)
    assert not full_keyring.holds("form-key", bytes(32))
    (full_keyring.folder / "form-key").chmod(0o644)
    with pytest.raises(LooseKeyError, match="chmod 0600"):
        full_keyring.holds("form-key", key)


def test_a_symbolic_link_is_not_followed(full_keyring):
    path = full_keyring.folder / "form-key"
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")
    with pytest.raises(MissingKeyError):
        full_keyring.read("form-key")


def test_a_folder_in_place_of_a_key_is_refused(keyring):
    (keyring.folder / "form-key").mkdir(parents=True)
    with pytest.raises(KeyringError):
        keyring.read("form-key")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "symmetric 1\n",
        "symmetric 1 AAAA\n",
        "symmetric 2 " + "A" * 43,
        "x25519-private 1 " + "A" * 43,
        "symmetric 1 " + "A" * 42,
        "symmetric 1 A",
        "symmetric 1 " + "A" * 5000,
        "symmetric 1 \xff",
        "a b c d",
    ],
)
def test_a_damaged_key_is_refused(full_keyring, content):
    (full_keyring.folder / "form-key").write_text(content, encoding="latin-1")
    with pytest.raises(DamagedKeyError):
        full_keyring.read("form-key")


def test_a_public_key_is_never_made_up(keyring):
    with pytest.raises(KeyringError):
        keyring.create(BACKUP_RECIPIENT)


def test_an_operators_public_key_can_be_stored(keyring):
    _, public = sealing.new_key_pair()
    keyring.store(BACKUP_RECIPIENT, public)
    assert keyring.read(BACKUP_RECIPIENT) == public
    assert keyring.names_present() == keyring.names_readable() == {BACKUP_RECIPIENT}


def test_a_restored_private_key_brings_its_public_half(keyring):
    private, public = signing.new_signing_pair()
    keyring.store("node-signing-key", private)
    assert keyring.read("node-signing-key.pub") == public
    assert Ed25519PrivateKey.from_private_bytes(keyring.read("node-signing-key"))


def test_readable_means_that_this_process_can_open_it(full_keyring):
    everything = set(KEY_KINDS) - {BACKUP_RECIPIENT}
    assert full_keyring.names_readable() == everything
    # A loose mode is no protection: the name still counts as readable.
    (full_keyring.folder / "form-key").chmod(0o644)
    assert full_keyring.names_readable() == everything
    (full_keyring.folder / "form-key").unlink()
    assert (
        full_keyring.names_readable() == full_keyring.names_present() == everything - {"form-key"}
    )


def test_an_empty_folder_has_no_names(keyring):
    assert keyring.names_readable() == keyring.names_present() == set()


def taken_away(path):
    path.unlink()


def given_to_others(path):
    path.chmod(0o644)


def moved_behind_a_link(path):
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def damaged(path):
    path.write_text("havn-nonsense")


@pytest.mark.parametrize("change", [taken_away, given_to_others, moved_behind_a_link, damaged])
def test_a_key_that_was_read_before_counts_no_more_once_its_file_is_wrong(full_keyring, change):
    assert full_keyring.read("form-key") == full_keyring.read("form-key")
    change(full_keyring.folder / "form-key")
    for _ in range(2):
        with pytest.raises(KeyringError):
            full_keyring.read("form-key")


def test_a_key_whose_file_is_the_same_is_opened_once(full_keyring, monkeypatch):
    opened, opens = [], os.open
    monkeypatch.setattr(os, "open", lambda *told: opened.append(told[0]) or opens(*told))
    for _ in range(3):
        full_keyring.read("form-key")
    assert opened == [full_keyring.folder / "form-key"]


def test_a_key_that_was_read_before_is_read_again_once_it_is_another(full_keyring, tmp_path):
    before = full_keyring.read("form-key")
    other = Keyring(tmp_path / "other")
    other.create("form-key")
    key = other.read("form-key")
    (other.folder / "form-key").replace(full_keyring.folder / "form-key")
    assert full_keyring.read("form-key") == key != before
