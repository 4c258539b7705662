# SPDX-License-Identifier: Apache-2.0
"""Background work of a hub: keeping the roster fresh, besides the sealer, which every worker runs."""

from __future__ import annotations

from collections.abc import Callable

from havn.domain.members import tasks as members

BACKGROUND_WORK: dict[str, Callable[..., None]] = {members.REFRESH_ROSTER: members.keep_roster}
ORDERING: tuple[Callable[..., int], ...] = ()
DONE_TOGETHER: dict[str, Callable[..., None]] = {}
