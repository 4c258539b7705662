# SPDX-License-Identifier: Apache-2.0
"""The own node: made once, and where its public site is."""

import pytest

from havn.domain.actor import Actor
from havn.domain.audit.models import Entry
from havn.domain.errors import NotFoundError, RefusedError
from havn.domain.members import selectors as members
from havn.domain.members import services
from havn.lib import clock
from tests.support.own_node import register_own_node

pytestmark = pytest.mark.django_db
ELSEWHERE = "http://127.0.0.1:8471"


def change(public_url=ELSEWHERE):
    return services.change_public_url(
        public_url=public_url, actor=Actor.operator(), at=clock.now()
    )


def recorded():
    return Entry.objects.filter(action="node.address_changed").count()


def test_a_new_address_is_written_and_recorded_once():
    register_own_node()
    assert change() is True
    assert change() is False
    assert members.own_node(actor=Actor.operator()).public_url == ELSEWHERE
    assert recorded() == 1


def test_there_is_no_address_without_a_node():
    with pytest.raises(NotFoundError):
        change()
    assert recorded() == 0


def test_a_database_belongs_to_one_node():
    register_own_node()
    with pytest.raises(RefusedError):
        register_own_node()
