# SPDX-License-Identifier: Apache-2.0
"""What a search refuses, each with a sentence that says what is wrong and what to do."""

from __future__ import annotations


class FingerprintError(ValueError):
    """What was given is no 256-bit fingerprint, or no entry that an index can hold."""


class IndexFileError(Exception):
    """A file is no index that can be searched; the message names the file, the fault and the remedy."""
