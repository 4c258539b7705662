# SPDX-License-Identifier: Apache-2.0
"""Putting one row into its table, for what is written with every action."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.sql import InsertQuery

if TYPE_CHECKING:
    from django.db.models import Field, Model


def insert(row: Model) -> None:
    """The row is in its table as `objects.create` would put it there, by a statement that is compiled once.

    Building it anew is a good part of an insert's work, and no report is taken in without two of them
    (benchmarks/intake.py). For models that have no signals and no computed columns; the row does not know
    that it was saved. Raises what the database raises; a transaction around it is then marked for rolling back.
    """
    own = connections[DEFAULT_DB_ALIAS]  # found once: `connection` looks it up again for each use
    fields, statement = _compiled(type(row), own.vendor)
    values = [field.get_db_prep_save(field.pre_save(row, add=True), own) for field in fields]
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), own.cursor() as cursor:
        cursor.execute(statement, values)


@cache
def _compiled(model: type[Model], vendor: str) -> tuple[tuple[Field[Any, Any], ...], str]:
    """Return the columns of a model and the statement that inserts them."""
    del vendor  # a part of the key: each database has its own way to write it
    fields = tuple(model._meta.local_concrete_fields)  # noqa: SLF001 - Django's own name for it
    query = InsertQuery(model)
    query.insert_values(list(fields), [model()])
    statement, _values = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()[0]
    return fields, statement
