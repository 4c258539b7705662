# SPDX-License-Identifier: Apache-2.0
"""People who sit at the desk of a node or hub that stands, signed in with the second factor, without a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.journeys.keyboard import Keyboard
from tests.support.node import RunningNode, signed_in_state

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DESK = "/desk/en/"
SitDown = Callable[..., Keyboard]


@contextmanager
def desk_of(browser: Browser, node: RunningNode, **manner: Any) -> Iterator[SitDown]:
    """Let people sit down at a desk by name, each in a window of its own, until the end of the block."""
    contexts = []

    def sit_down(name: str, path: str = "", *, width: int = 1280, script: bool = True) -> Keyboard:
        context = browser.new_context(
            storage_state=signed_in_state(browser, node, name),
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            **manner,
        )
        contexts.append(context)
        person = Keyboard(context.new_page(), script=script)
        person.page.goto(f"{node.address}{DESK}{path}")
        return person

    try:
        yield sit_down
    finally:
        for context in contexts:
            context.close()
