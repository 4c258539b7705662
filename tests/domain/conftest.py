# SPDX-License-Identifier: Apache-2.0
"""What tests about known addresses share: an alliance in one database whose nodes ask each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.casework import SmallNode
    from tests.support.known import KnownWire
    from tests.support.other_nodes import Alliance

# What touches models is imported late: where this folder is named to pytest, this is read before Django is set up.


@pytest.fixture
def world() -> Alliance:
    from tests.support.known import asking_alliance

    return asking_alliance()


@pytest.fixture
def dk(world: Alliance) -> SmallNode:
    return world.nodes["DK"]


@pytest.fixture
def wire(world: Alliance) -> KnownWire:
    from tests.support.known import wired

    return wired(world)
