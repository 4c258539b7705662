# SPDX-License-Identifier: Apache-2.0
"""What free text of the record is sealed for; a text opens for its own purpose only."""

HOLD_PURPOSE = "hold-reason"
PASSED_ON_PURPOSE = "passed-on-to"
WORKED_HERE_PURPOSE = "worked-here-because"
