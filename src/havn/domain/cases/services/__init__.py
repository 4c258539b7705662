# SPDX-License-Identifier: Apache-2.0
"""Writing the record: reports and items, moves of tracks, police holds."""

from havn.domain.cases.services.erasing import ErasedWords, erase_words
from havn.domain.cases.services.holds import lift_hold, place_hold, take_over_hold
from havn.domain.cases.services.reach import note_reach
from havn.domain.cases.services.reports import (
    FiledItem,
    FiledReport,
    NewReport,
    PastedLine,
    add_items,
    file_reports,
)
from havn.domain.cases.services.tracks import (
    move_track,
    move_tracks,
    note_rung,
    orphan,
    pass_on,
    set_hosting_country,
    set_legal_class,
    set_legal_classes,
    work_here,
)

__all__ = [
    "ErasedWords",
    "FiledItem",
    "FiledReport",
    "NewReport",
    "PastedLine",
    "add_items",
    "erase_words",
    "file_reports",
    "lift_hold",
    "move_track",
    "move_tracks",
    "note_reach",
    "note_rung",
    "orphan",
    "pass_on",
    "place_hold",
    "set_hosting_country",
    "set_legal_class",
    "set_legal_classes",
    "take_over_hold",
    "work_here",
]
