# SPDX-License-Identifier: Apache-2.0
"""What must hold of connections to the database: as many as seats at work, whatever thread works there."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from havn.config.own_connection import OwnConnection

pytestmark = pytest.mark.django_db(transaction=True)


def asked_at(seat):
    """Return which connection answered a question that was asked at a seat, and whether it is left behind."""
    with seat:
        found = connections[DEFAULT_DB_ALIAS]
        with found.cursor() as cursor:
            cursor.execute("SELECT 17")
            assert cursor.fetchone() == (17,)
    return found, connections.all(initialized_only=True)


def test_a_connection_stays_with_its_seat_and_not_with_the_thread():
    one, other = OwnConnection(), OwnConnection()
    try:
        with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
            (a, left_a), (b, left_b), (c, _) = (
                first.submit(asked_at, one).result(),
                second.submit(asked_at, one).result(),
                second.submit(asked_at, other).result(),
            )
        assert a is b
        assert c is not a
        assert left_a == left_b == []
        assert connections[DEFAULT_DB_ALIAS] not in (a, c)
    finally:
        a.close()
        c.close()
