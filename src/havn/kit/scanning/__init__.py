# SPDX-License-Identifier: Apache-2.0
"""Scanning: files are come to, read by worker processes, looked up, and told one line each, in one order.

    with Readers(4) as readers:
        for row in Scan(Walk(["uploads"]), readers=readers, looker=Looker([known], LookRules())).rows():
            print(row.path, row.verdict)

Importing this loads no NumPy: a look-up needs what `havn.kit.known` opens, and that does.
"""

from havn.kit.scanning._journal import Journal, JournalError, Stamp, remove_old_journals, stamp_of
from havn.kit.scanning._looking import QUALITY_FLOOR, RADIUS, Looker, LookRules
from havn.kit.scanning._needs import may_hold_digests
from havn.kit.scanning._rows import COLUMNS, VERDICTS, Row, line_of, named, of_reading
from havn.kit.scanning._scan import Scan
from havn.kit.scanning._software import read_by
from havn.kit.scanning._walking import Item, Passed, Walk, WalkRules

__all__ = [
    "COLUMNS",
    "QUALITY_FLOOR",
    "RADIUS",
    "VERDICTS",
    "Item",
    "Journal",
    "JournalError",
    "LookRules",
    "Looker",
    "Passed",
    "Row",
    "Scan",
    "Stamp",
    "Walk",
    "WalkRules",
    "line_of",
    "may_hold_digests",
    "named",
    "of_reading",
    "read_by",
    "remove_old_journals",
    "stamp_of",
]
