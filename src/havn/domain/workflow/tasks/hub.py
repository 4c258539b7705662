# SPDX-License-Identifier: Apache-2.0
"""Background work of a hub: none besides the sealer, which every worker runs."""

from __future__ import annotations

from collections.abc import Callable

BACKGROUND_WORK: dict[str, Callable[..., None]] = {}
ORDERING: tuple[Callable[..., int], ...] = ()
DONE_TOGETHER: dict[str, Callable[..., None]] = {}
