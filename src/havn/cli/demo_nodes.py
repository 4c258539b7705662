# SPDX-License-Identifier: Apache-2.0
"""`havn demo nodes`: founds an alliance of real processes, runs its stories, and says how each ended."""

from __future__ import annotations

from pathlib import Path

from havn.cli.demo_alliance import DemoAlliance, alliance_in
from havn.cli.demo_loop import Outcome, Teller, close_story, stopped_by_signals
from havn.cli.demo_node import WaitedInVainError
from havn.cli.endings import DONE, FOUND
from havn.lib import clock


def run_nodes(folder: Path, *, databases: dict[str, str], as_json: bool) -> int:
    """Run the demonstration of several nodes in the folder and return the exit code."""
    began_at = clock.monotonic()
    teller = Teller(is_quiet=as_json)
    teller.tell("havn", "Everything here is made up. Policy: insecure-demo-policy (seconds).")
    with stopped_by_signals(), alliance_in(folder, databases=databases) as alliance:
        _found(alliance, teller)
        trouble, outcomes = _tell_stories(alliance, teller)
    took = clock.monotonic() - began_at
    is_right = not trouble and bool(outcomes) and all(each.is_right for each in outcomes)
    close_story(teller, outcomes, took=took, trouble=trouble, as_json=as_json)
    return DONE if is_right else FOUND


def _found(alliance: DemoAlliance, teller: Teller) -> None:
    alliance.make()
    teller.tell("operators", "made a hub and four nodes, each with keys and a database of its own")
    alliance.found()
    teller.tell("key holders", "founded the alliance: two of three signed for each member")
    alliance.join()
    alliance.start()
    teller.tell("operators", "joined the alliance from its first root, and started their nodes")


def _tell_stories(alliance: DemoAlliance, teller: Teller) -> tuple[str, list[Outcome]]:
    from havn.cli.demo_nodes_story import Stories
    from havn.lab.pages import PageError

    stories = Stories(alliance, teller)
    trouble = ""
    try:
        stories.run()
    except WaitedInVainError as error:
        trouble = f"This did not happen in time: {error}."
    except PageError as error:
        trouble = f"A page was not as expected: {error}."
    return trouble or "; ".join(alliance.lab.desk.failures), stories.outcomes
