# SPDX-License-Identifier: Apache-2.0
"""Sentences that are written where no page is: marked there, translated where they are shown."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    """Return the text unchanged; marks it as one that pages translate."""
    return text
