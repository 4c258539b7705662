# SPDX-License-Identifier: Apache-2.0
"""Tags of the Alliance's pages: the rows of a table, written at once, since some have a thousand cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from havn.web.alliance_site.tables import Row, Table

register = template.Library()
_CELL = '<td class="govuk-table__cell govuk-table__cell--numeric">{}</td>'
_MARKED = '<td class="govuk-table__cell govuk-table__cell--numeric" data-figure="{}">{}</td>'
_HEAD = '<th scope="row" class="govuk-table__header">{}</th>'
_LED = '<th scope="row" class="govuk-table__header"><a class="govuk-link" href="{}">{}</a></th>'


@register.simple_tag
def rows_of(table: Table) -> SafeString:
    """Write the rows of a table; marked cells say which figure they show.

    One pattern a row and one call for it: a call for each cell of 200 countries would cost more than all queries.
    """
    return format_html_join("", "{}", ((_row(row),) for row in table.rows))


def _row(row: Row) -> SafeString:
    pattern = [_LED if row.address else _HEAD]
    filled = [row.address, row.label] if row.address else [row.label]
    for cell in row.cells:
        pattern.append(_MARKED if cell.mark else _CELL)
        filled += [cell.mark, cell.text] if cell.mark else [cell.text]
    return format_html(f'<tr class="govuk-table__row">{"".join(pattern)}</tr>', *filled)
