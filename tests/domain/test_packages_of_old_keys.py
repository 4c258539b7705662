# SPDX-License-Identifier: Apache-2.0
"""A package that an older key of the node signed opens; one that nobody of this node signed does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as chosen

from havn.domain.investigation import rules
from havn.domain.investigation import selectors as investigation
from havn.domain.investigation.models import PolicePackage
from havn.lib import signing
from havn.lib.keyring import Keyring
from havn.lib.sealing import open_sealed, seal
from havn.lib.signing import SignatureError
from tests.support.casework import SmallNode, assessed, small_node, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyring(settings: Any, tmp_path: Path) -> Keyring:
    """Give this process a keyring of its own, to which pairs are added."""
    shutil.copytree(settings.HAVN_KEYRING.folder, tmp_path / "keys")
    settings.HAVN_KEYRING = Keyring(tmp_path / "keys")
    return Keyring(tmp_path / "keys")


@pytest.fixture
def node(keyring: Keyring) -> SmallNode:
    del keyring
    return small_node()


@pytest.fixture
def item_id(node: SmallNode) -> UUID:
    submitted(node)
    node.work()
    found = assessed(node)
    node.work()
    return found


def signed_again(item_id: UUID, private: bytes, public: bytes) -> None:
    """Put a package in place of the kept one that another key signed."""
    row = PolicePackage.objects.get(item_id=item_id)
    opening = chosen.HAVN_KEYRING.read("desk-opening-key")
    token = open_sealed(bytes(row.sealed_token), opening, purpose=rules.SEALED_FOR).decode()
    first = chosen.HAVN_KEYRING.read("node-signing-key.pub")
    payload = signing.verify_json(token, first, kind=rules.PACKAGE_KIND)
    again = signing.sign_json(
        payload, private, key_id=signing.key_id(public), kind=rules.PACKAGE_KIND
    )
    sealing = chosen.HAVN_KEYRING.read("desk-sealing-key.pub")
    row.sealed_token = seal(again.encode(), sealing, purpose=rules.SEALED_FOR)
    row.save()


def test_an_old_package_opens_after_the_signing_key_changed(
    node: SmallNode, keyring: Keyring, item_id: UUID
) -> None:
    keyring.add("node-signing-key")
    package = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
    first = keyring.read("node-signing-key.pub")
    assert signing.claimed_key_id(package.token) == signing.key_id(first)


def test_a_package_of_a_further_key_opens_with_its_public_half_alone(
    node: SmallNode, keyring: Keyring, item_id: UUID
) -> None:
    public = keyring.add("node-signing-key")
    signed_again(item_id, keyring.private_of("node-signing-key", public), public)
    for path in keyring.folder.glob("node-signing-key*"):
        if not path.name.endswith(".pub"):
            path.unlink()  # as at the desk
    package = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
    assert signing.claimed_key_id(package.token) == signing.key_id(public)


def test_a_package_that_no_key_of_this_node_signed_is_refused(
    node: SmallNode, keyring: Keyring, item_id: UUID
) -> None:
    keyring.add("node-signing-key")
    private, public = signing.new_signing_pair()
    signed_again(item_id, private, public)
    with pytest.raises(SignatureError):
        investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
    signed_again_as = keyring.read("node-signing-key.pub")
    row = PolicePackage.objects.get(item_id=item_id)
    forged = signing.sign_json(
        {"v": 1}, private, key_id=signing.key_id(signed_again_as), kind=rules.PACKAGE_KIND
    )
    row.sealed_token = seal(
        forged.encode(), keyring.read("desk-sealing-key.pub"), purpose=rules.SEALED_FOR
    )
    row.save()
    with pytest.raises(SignatureError):
        investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
