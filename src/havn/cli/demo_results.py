# SPDX-License-Identifier: Apache-2.0
"""`havn demo alliance`: founds an alliance of the 48, lets eight quarters pass, and runs a cycle of reports."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from havn.cli.demo_alliance import NEEDED, OFFICES, PASSPHRASE, Country, DemoAlliance, alliance_in
from havn.cli.demo_government import past_years
from havn.cli.demo_loop import Outcome, Teller, close_story, stopped_by_signals
from havn.cli.demo_node import WaitedInVainError
from havn.cli.demo_offices import OFFICE, Office, offices
from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.lib import clock

LIVE = (
    Country("DK", "Denmark", mandates=("orphans",)),
    Country("EE", "Estonia"),
    Country("PT", "Portugal"),
)
LATE, CORRECTS, DISPUTES, DISPUTED = "PT", "DK", "EE", "DK"
ARRIVES_SECONDS = 90.0
ALL = 48
GOVERNMENT, SECRETARIAT = "havn.cli.demo_government", "havn.cli.demo_secretariat"


def run_alliance(folder: Path, *, as_json: bool, stays: bool) -> int:
    """Run the demonstration in the folder and return the exit code; with `stays` its pages stay up until a signal."""
    began_at = clock.monotonic()
    teller = Teller(is_quiet=as_json)
    teller.tell("havn", "Everything here is made up: countries are real, facts are not.")
    with stopped_by_signals(), _alliance(folder) as alliance:
        cycle = Cycle(alliance, teller)
        trouble = ""
        try:
            cycle.run()
        except WaitedInVainError as error:
            trouble = f"This did not happen in time: {error}."
        took = clock.monotonic() - began_at
        outcomes = cycle.outcomes
        close_story(teller, outcomes, took=took, trouble=trouble, as_json=as_json)
        if stays:
            _stay(alliance)
    is_right = not trouble and bool(outcomes) and all(each.is_right for each in outcomes)
    return DONE if is_right else FOUND


@contextmanager
def _alliance(folder: Path) -> Iterator[DemoAlliance]:
    with alliance_in(folder, databases={}, countries=LIVE, has_secretariat=True) as alliance:
        yield alliance


def browse(folder: Path) -> int:
    """Start hub and nodes of an earlier demonstration again, and keep them up until a signal."""
    with stopped_by_signals(), _alliance(folder) as alliance:
        alliance.name_everybody()
        alliance.hub.start()
        alliance.start()
        _stay(alliance)
    return DONE


def _stay(alliance: DemoAlliance) -> None:
    """Say where the pages are, and wait for a signal."""
    print(f"\nThe Alliance's site  {alliance.hub.address}/en/")
    print(f"The secretariat      http://127.0.0.1:{alliance.hub.desk_port}/desk/")
    for code, node in alliance.nodes.items():
        print(f"Node of {code}           {node.address}/en/   desk {node.address}/desk/")
    print(f"Logins are in {alliance.folder}/*/demonstration-logins.json. Ctrl-C stops everything.")
    try:
        Event().wait()
    except KeyboardInterrupt:
        return


class Cycle:
    """One cycle of promises and results, from the founding to what everybody can read."""

    def __init__(self, alliance: DemoAlliance, teller: Teller) -> None:
        self.alliance = alliance
        self.hub = alliance.hub
        self.tell = teller.tell
        self.outcomes: list[Outcome] = []
        self.years = past_years(clock.now())

    def run(self) -> None:
        """Run all of it."""
        self._found()
        elsewhere = self._offices_register()
        with ThreadPoolExecutor(max_workers=1) as beside:
            sent = beside.submit(self._offices_send, elsewhere, self.years[0])
            self._let_time_pass()
            sent.result()
            sent = beside.submit(self._offices_send, elsewhere, self.years[1])
            self.alliance.start()
            self.tell("operators", "started the three nodes")
            sent.result()
        self._publish()
        self._dispute()
        self._correct()
        self._look()

    def _found(self) -> None:
        self.alliance.make()
        self.tell("operators", "made a hub and three nodes")
        self.alliance.found()
        acts = [str(self._act_of(code, name)) for code, name in self._without_node()]
        self.alliance.change("countries", "propose", "countries", *acts)
        self.tell("key holders", f"admitted 48 countries, {len(acts)} of them without a node")
        self.alliance.join()

    def _without_node(self) -> list[tuple[str, str]]:
        from havn.domain.members.rules.founders import FOUNDERS, name_of

        today = clock.now().date()
        return [
            (code, name_of(code, language="en", on=today))
            for code in FOUNDERS
            if code not in self.alliance.nodes
        ]

    def _act_of(self, code: str, name: str) -> Path:
        """Return the act of a country, signed by two office holders on this machine."""
        from havn.domain.members.clients import add_office, new_act, open_holder_key

        file = self.alliance.papers / f"{code}.act"
        words = {
            "code": code,
            "name": name,
            "reference": "Letter 17 (made up)",
            "on": "2012-12-05",
        }
        act: dict[str, Any] | None = None
        for holder, office in list(OFFICES.items())[:NEEDED]:
            key = (self.alliance.papers / f"{holder}.key").read_bytes()
            private = open_holder_key(key, PASSPHRASE)
            act = (
                new_act(words, private, office=office)
                if act is None
                else add_office(act, private, office=office)
            )
        file.write_text(json.dumps(act), encoding="utf-8")
        return file

    def _offices_register(self) -> list[Office]:
        """Let each country without a node have an office whose key the secretariat knows."""
        from havn.lib.encoding import b64u

        found = offices([code for code, _name in self._without_node()])
        file = self.alliance.papers / "offices.json"
        keys = [
            {"member": each.member, "office": OFFICE, "public": b64u(each.public)}
            for each in found
        ]
        file.write_text(json.dumps(keys), encoding="utf-8")
        self.hub.run_module(SECRETARIAT, "register", str(file))
        self.tell("secretariat", f"registered the keys of {len(found)} offices")
        return found

    def _offices_send(self, found: list[Office], year: int) -> None:
        """Let each office fill its workbook in, sign it, and send it to the hub."""
        folder = self.alliance.papers / "workbooks"
        folder.mkdir(exist_ok=True)
        address = f"{self.hub.address}/api/v1/national-reports"
        pause = Event()
        with httpx.Client(timeout=60) as client:
            for office in found:
                content = office.report(year, folder=folder, at=clock.now())
                while True:
                    reply = client.post(
                        address, content=content, headers={"Content-Type": "application/json"}
                    )
                    if reply.status_code != httpx.codes.TOO_MANY_REQUESTS:
                        break
                    pause.wait(float(reply.headers.get("Retry-After", "1")))
                if reply.status_code != httpx.codes.CREATED:
                    raise CouldNotError(f"{office.member}: the hub said {reply.text[:600]}")
        self.tell("offices", f"sent {len(found)} workbooks about {year}, signed")

    def _let_time_pass(self) -> None:
        """Make the two past years of every node: facts, promises, law and two reports released."""
        with ThreadPoolExecutor(max_workers=2) as two:
            work = [
                two.submit(
                    self._government,
                    code,
                    "past",
                    "--scale",
                    str(12 + 2 * place),
                    *(["--late"] if code == LATE else []),
                )
                for place, code in enumerate(self.alliance.nodes)
            ]
            facts = sum(each.result()["facts"] for each in work)
        self.tell("governments", f"eight quarters went by with {facts} facts; two reports each")

    def _government(self, code: str, *words: str) -> dict[str, Any]:
        node = self.alliance.nodes[code]
        found: dict[str, Any] = json.loads(node.run_module(GOVERNMENT, *words))
        return found

    def _standing(self, year: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.hub.run_module(SECRETARIAT, "standing", str(year)))
        return found

    def _publish(self) -> None:
        """Wait until everything arrived, then publish both years."""
        for year in self.years:
            self.hub.until(
                partial(self._all_arrived, year),
                what=f"48 reports of {year}",
                most=ARRIVES_SECONDS,
            )
            self.hub.run_module(SECRETARIAT, "publish", str(year))
        self.tell("secretariat", "published the reports of 48 countries, two years")

    def _all_arrived(self, year: int) -> bool:
        reports: dict[str, int] = self._standing(year)["reports"]
        gone = ("waiting", "withdrawn")
        return sum(count for name, count in reports.items() if not name.endswith(gone)) == ALL

    def _dispute(self) -> None:
        """Let one country dispute what another says of its law."""
        self._government(DISPUTES, "dispute", "--against", DISPUTED)
        self.tell("rapporteurs", f"{DISPUTES} disputed an answer of {DISPUTED} about its law")

    def _correct(self) -> None:
        """Let one country correct its last report; the hub publishes the new version beside the old one."""
        self._government(CORRECTS, "correct")
        self.hub.until(
            lambda: "computed 1.1 published" in self._standing(self.years[1])["reports"],
            what="the correction is public",
            most=ARRIVES_SECONDS,
        )
        self.tell("governments", f"{CORRECTS} corrected its report: version 1.1 beside 1.0")

    def _look(self) -> None:
        """Look at what everybody can see, as a stranger would."""
        last = self.years[1]
        reports = self._standing(last)["reports"]
        self._found_out("reports of 48 countries", "45 stated 3 computed", _counted(reports))
        page = self._page(f"/en/results/periods/{last}")
        self._found_out(
            "the year's page", "computed stated", _words_in(page, "computed", "stated")
        )
        law = self.hub.until(
            lambda: self._said(f"/en/law/countries/{DISPUTED}", "disputed"), what="the dispute"
        )
        self._found_out("a dispute is public", "disputed", law)
        promises = self._page("/en/promises").lower()
        self._found_out("promises", "late", _words_in(promises, "late"))
        self._found_out("a correction is public", "1.1", self._said("/en/updates.atom", "1.1"))
        for code in self.alliance.nodes:
            self._found_out(f"figures of {code} verify", "verified", self._verify(code, last))

    def _verify(self, code: str, year: int) -> str:
        """Verify one figure of a country with nothing but its proof file."""
        page = self._page(f"/en/results/countries/{code}/X2")
        found = [part for part in page.split('"') if "/data/proofs/" in part]
        if not found:
            return "no proof file"
        file = self.alliance.papers / f"{code}-{year}.proof.json"
        file.write_bytes(httpx.get(f"{self.hub.address}{found[0]}", timeout=30).content)
        done = subprocess.run(
            [sys.executable, "-m", "havn", "figure", "verify", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        return "verified" if done.returncode == DONE else (done.stdout + done.stderr)[-300:]

    def _page(self, path: str) -> str:
        reply = httpx.get(f"{self.hub.address}{path}", timeout=30)
        if reply.status_code != httpx.codes.OK:
            raise CouldNotError(f"{path} answered {reply.status_code}.")
        return reply.text

    def _said(self, path: str, word: str) -> str:
        return word if word in self._page(path).lower() else ""

    def _found_out(self, story: str, expected: str, found: str) -> None:
        number = str(len(self.outcomes) + 1)
        self.outcomes.append(Outcome(number, story, expected, found))


def _counted(reports: dict[str, int]) -> str:
    """Return how many current reports are stated and computed, in words."""
    stated = sum(count for name, count in reports.items() if name.startswith("stated"))
    computed = sum(count for name, count in reports.items() if name.startswith("computed 1.0"))
    return f"{stated} stated {computed} computed"


def _words_in(page: str, *words: str) -> str:
    return " ".join(word for word in words if word in page)


def made_in(folder: Path) -> bool:
    """Whether an earlier demonstration left its hub and nodes in the folder."""
    return all((folder / name / "node.json").exists() for name in ("hub", *(c.code for c in LIVE)))
