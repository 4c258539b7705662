# SPDX-License-Identifier: Apache-2.0
"""Exact search: all listed 256-bit fingerprints within a Hamming radius, in a file that many processes share.

    >>> import numpy as np
    >>> from havn.lib.matching import Index
    >>> listed = np.zeros((3, 32), np.uint8)
    >>> listed[1, 0], listed[2, :8] = 0b0000_0111, 255
    >>> index = Index.build(listed)
    >>> index.query("00" * 32)
    [Match(distance=0, identifier=0, list='', quality=100), Match(distance=3, identifier=1, list='', quality=100)]

Nothing within the radius is ever left out (docs/matching.md says why), and answers are ordered by distance, then
identifier. The definition is `_reference.py`.
"""

from havn.lib.matching._errors import FingerprintError, IndexFileError
from havn.lib.matching._index import Index
from havn.lib.matching._kernel_cache import cache_folder, own_folder
from havn.lib.matching._results import Entry, IndexDescription, Match, Matches
from havn.lib.matching._store import verify_file

__all__ = [
    "Entry",
    "FingerprintError",
    "Index",
    "IndexDescription",
    "IndexFileError",
    "Match",
    "Matches",
    "cache_folder",
    "own_folder",
    "verify_file",
]
