# SPDX-License-Identifier: Apache-2.0
"""What is known: indexes of lists, with the names of their entries and their digests, made, changed and opened.

known = open_known("list.txt")     # indexed on its first use, beside it; or an index file
for match in known.index.query(fingerprint, radius=31):
    print(match.distance, match.list, known.name_of(match.identifier))
"""

from havn.kit.known._entries import Found
from havn.kit.known._known import Known, files_of, open_index_file
from havn.kit.known._locking import locked
from havn.kit.known._making import (
    add_to_index,
    build_index,
    merge_index,
    remove_from_index,
    verify_index,
)
from havn.kit.known._placing import open_known
from havn.kit.lists import ListError

__all__ = [
    "Found",
    "Known",
    "ListError",
    "add_to_index",
    "build_index",
    "files_of",
    "locked",
    "merge_index",
    "open_index_file",
    "open_known",
    "remove_from_index",
    "verify_index",
]
