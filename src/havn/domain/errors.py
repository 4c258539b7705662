# SPDX-License-Identifier: Apache-2.0
"""The two errors that every service may raise on purpose."""

from __future__ import annotations


class NotFoundError(Exception):
    """The record does not exist, or is not this actor's: the answer is the same."""


class RefusedError(Exception):
    """The action is not possible now; `code` is stable, the message is for people."""

    code: str

    def __init__(self, code: str, sentence: str = "") -> None:
        self.code = code
        super().__init__(sentence or code)
