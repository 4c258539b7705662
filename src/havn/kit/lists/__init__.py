# SPDX-License-Identifier: Apache-2.0
"""Lists of known hashes: read in every form in which they come, with each line that is no hash named."""

from havn.kit.lists._line import LineError, bare_hash, hash_of_line
from havn.kit.lists._reading import opened_list, parse_list, read_list, read_stream
from havn.kit.lists._values import PDQ, WIDTHS, BrokenLine, HashList, Listed, ListError, Names

__all__ = [
    "PDQ",
    "WIDTHS",
    "BrokenLine",
    "HashList",
    "LineError",
    "ListError",
    "Listed",
    "Names",
    "bare_hash",
    "hash_of_line",
    "opened_list",
    "parse_list",
    "read_list",
    "read_stream",
]
