# SPDX-License-Identifier: Apache-2.0
"""Reading the record: items, reports, holds, and whose turn it is."""

from havn.domain.cases.selectors.digests import (
    DigestLine,
    items_to_ask_about,
    open_items_of_digests,
)
from havn.domain.cases.selectors.holds import (
    HoldView,
    hold,
    holds_in_force,
    holds_on_item,
    is_address_held,
    is_held,
)
from havn.domain.cases.selectors.items import (
    HistoryLine,
    ItemFilters,
    ItemLine,
    ItemPage,
    ItemToAssess,
    ItemView,
    counts,
    history,
    item,
    item_lines,
    items_list,
    items_of_report,
    items_on_host,
    items_to_assess,
    reports_of_items,
)
from havn.domain.cases.selectors.notes import hold_reason, passed_on_to, worked_here_because
from havn.domain.cases.selectors.places import MOST_COUNTED, count_at, items_at
from havn.domain.cases.selectors.reach import item_reach, reach_for_work
from havn.domain.cases.selectors.reports import report_contact, report_texts
from havn.domain.cases.selectors.turns import (
    OpenEnd,
    Waits,
    count_waits,
    stuck_items,
    waits_to_see,
)

__all__ = [
    "MOST_COUNTED",
    "DigestLine",
    "HistoryLine",
    "HoldView",
    "ItemFilters",
    "ItemLine",
    "ItemPage",
    "ItemToAssess",
    "ItemView",
    "OpenEnd",
    "Waits",
    "count_at",
    "count_waits",
    "counts",
    "history",
    "hold",
    "hold_reason",
    "holds_in_force",
    "holds_on_item",
    "is_address_held",
    "is_held",
    "item",
    "item_lines",
    "item_reach",
    "items_at",
    "items_list",
    "items_of_report",
    "items_on_host",
    "items_to_ask_about",
    "items_to_assess",
    "open_items_of_digests",
    "passed_on_to",
    "reach_for_work",
    "report_contact",
    "report_texts",
    "reports_of_items",
    "stuck_items",
    "waits_to_see",
    "worked_here_because",
]
