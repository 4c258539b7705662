# SPDX-License-Identifier: Apache-2.0
"""`havn doctor` holds the configured base address against the one that the roster gives to other nodes."""

import pytest

from havn.cli import checks
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.own_node import register_own_node

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "level"), [(asking.ADDRESS, "ok"), ("", "wrong"), ("https://dk.example", "wrong")]
)
def test_the_base_address_is_the_one_of_the_roster(settings, address, level):
    """S4"""
    settings.HAVN_NODE_ADDRESS = address
    asking.adopt(asking.own_participant(), made_up.participant("SE"))
    (finding,) = checks.check_node_address()
    assert finding.level == level
    assert asking.ADDRESS in finding.sentence


def test_a_node_without_an_alliance_is_told_nothing():
    assert list(checks.check_node_address()) == []
    register_own_node()
    assert list(checks.check_node_address()) == []
