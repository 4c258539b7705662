# SPDX-License-Identifier: Apache-2.0
"""What must hold of connections to the database: as many as seats at work, whatever thread works there."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections, transaction

from havn.config.own_connection import OwnConnection

pytestmark = pytest.mark.django_db(transaction=True)


def asked_here():
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 17")
        return cursor.fetchone()


@contextmanager
def closed_at_last(*seats):
    try:
        yield
    finally:
        own = connections[DEFAULT_DB_ALIAS]
        for seat in seats:
            with seat:
                connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = own


def asked_at(seat):
    """Return which connection answered a question that was asked at a seat, and whether it is left behind."""
    with seat:
        found = connections[DEFAULT_DB_ALIAS]
        assert asked_here() == (17,)
    return found, connections.all(initialized_only=True)


def test_a_connection_stays_with_its_seat_and_not_with_the_thread():
    one, other = OwnConnection(), OwnConnection()
    with closed_at_last(one, other):
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


def test_a_transaction_that_breaks_off_leaves_a_connection_that_the_next_thread_can_use():
    seat = OwnConnection()

    def breaks_off():
        with seat, transaction.atomic():
            asked_here()
            raise LookupError("ours")

    with closed_at_last(seat), ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        with pytest.raises(LookupError, match="ours"):
            first.submit(breaks_off).result()
        found, left = second.submit(asked_at, seat).result()
        assert (found.in_atomic_block, left) == (False, [])


def test_a_connection_whose_time_is_over_is_replaced_at_its_seat_when_the_next_request_begins():
    seat = OwnConnection()

    def grows_old():
        with seat:
            asked_here()
            connections[DEFAULT_DB_ALIAS].close_at = 0

    def begins_anew():
        with seat:
            close_old_connections()
            return asked_here()

    with closed_at_last(seat), ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        first.submit(grows_old).result()
        assert second.submit(begins_anew).result() == (17,)
