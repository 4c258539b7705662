# SPDX-License-Identifier: Apache-2.0
"""`havn demo loop`: runs the story, prints it as it happens, and says where each item ended."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from havn.cli import start
from havn.cli.demo_node import DemoNode, WaitedInVainError
from havn.cli.demo_world import InhabitedLab
from havn.cli.endings import DONE, FOUND
from havn.lib import clock


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, by whom."""

    at: datetime
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where an item should have ended, and where it did."""

    item: str
    story: str
    expected: str
    found: str

    @property
    def is_right(self) -> bool:
        """Whether all that was expected was found."""
        return set(self.expected.split()) <= set(self.found.split())


class Teller:
    """Tells what happens, line by line, or keeps it for the JSON at the end."""

    def __init__(self, *, is_quiet: bool) -> None:
        self.happenings: list[Happening] = []
        self._is_quiet = is_quiet

    def tell(self, who: str, what: str) -> None:
        """Tell one thing."""
        happening = Happening(clock.now(), who, what)
        self.happenings.append(happening)
        if not self._is_quiet:
            click.echo(f"{happening.at:%H:%M:%S}  {who:<13} {what}")


def run_loop(folder: Path, *, as_json: bool) -> int:
    """Run the demonstration in the folder and return the exit code."""
    from havn.cli.demo_story import Story
    from havn.lab.pages import PageError

    began_at = clock.monotonic()
    teller = Teller(is_quiet=as_json)
    teller.tell("havn", "Everything here is made up. Policy: insecure-demo-policy (seconds).")
    lab_map = folder.parent / f"{folder.name}-lab.json"
    lab_map.parent.mkdir(parents=True, exist_ok=True)
    trouble = ""
    outcomes: list[Outcome] = []
    node = DemoNode(folder, lab_map=lab_map)
    with stopped_by_signals(), node, InhabitedLab() as lab:
        lab.write_map(lab_map)
        try:
            node.make()
            node.start()
            os.environ.update(node.variables())
            start.prepare()
            story = Story(node=node, lab=lab, teller=teller)
            try:
                story.run()
            except WaitedInVainError as error:
                trouble = f"This did not happen in time: {error}."
            except PageError as error:
                trouble = f"A page was not as expected: {error}."
            outcomes = story.outcomes()
            trouble = trouble or "; ".join(lab.desk.failures)
        finally:
            lab_map.unlink(missing_ok=True)
            node.stop()
    took = clock.monotonic() - began_at
    is_right = not trouble and bool(outcomes) and all(each.is_right for each in outcomes)
    close_story(teller, outcomes, took=took, trouble=trouble, as_json=as_json)
    return DONE if is_right else FOUND


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn SIGTERM into the interrupt that Ctrl-C is, so that everything is stopped."""

    def interrupt(*_signal: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def close_story(
    teller: Teller, outcomes: list[Outcome], *, took: float, trouble: str, as_json: bool
) -> None:
    """Say where each story ended, what went wrong, and how long it took."""
    wrong = [each for each in outcomes if not each.is_right]
    if as_json:
        result = {
            "v": 1,
            "is_right": not wrong and not trouble,
            "took_seconds": round(took, 1),
            "trouble": trouble,
            "items": [{**asdict(each), "is_right": each.is_right} for each in outcomes],
            "happenings": [asdict(each) for each in teller.happenings],
        }
        click.echo(json.dumps(result, ensure_ascii=False, indent=1, default=str))
        return
    width = max((len(each.story) for each in outcomes), default=10)
    click.echo(f"\n{'item':<6} {'story':<{width}}  {'':<5} where it ended")
    for each in outcomes:
        mark = "ok" if each.is_right else "WRONG"
        click.echo(f"{each.item:<6} {each.story:<{width}}  {mark:<5} {each.found}")
        if not each.is_right:
            click.echo(f"{'':<6} {'':<{width}}  {'':<5} expected: {each.expected}")
    if trouble:
        click.echo(f"\n{trouble}")
    right = len(outcomes) - len(wrong)
    click.echo(f"\n{right} of {len(outcomes)} where they should be, in {took:.0f} seconds.")
