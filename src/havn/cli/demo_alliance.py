# SPDX-License-Identifier: Apache-2.0
"""A made-up alliance of real processes: a hub, four nodes, key holders, and the ceremony that joins them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from havn.cli.demo_node import DemoNode
from havn.cli.demo_world import InhabitedLab

HUB_NAME = "hub.nodes.example"
SECRETARIAT, SECRETARIAT_NAME = "HAVNSEC", "secretariat.nodes.example"  # the hub as a node
PASSPHRASE = "made-up passphrase of a key holder"  # noqa: S105 - of a demonstration
HOLDERS = ("anna", "boris", "carla")
NEEDED = 2
OFFICES = {
    "minister": "Minister of Justice",
    "director": "Director of the police",
}  # of every country here


@dataclass(frozen=True, slots=True)
class Country:
    """A made-up member of the alliance."""

    code: str
    name: str
    mandates: tuple[str, ...] = ()

    @property
    def node_name(self) -> str:
        """Return the name under which its node is found."""
        return f"{self.code.lower()}.nodes.example"


COUNTRIES = (
    Country("XD", "Demoland"),
    Country("XE", "Examplia"),
    Country("XF", "Fictonia"),
    Country("XG", "Guessland", mandates=("orphans",)),
)


class DemoAlliance:
    """Makes hub and nodes in a folder, founds the alliance by its commands, and runs all of it."""

    def __init__(
        self,
        folder: Path,
        *,
        lab: InhabitedLab,
        databases: dict[str, str],
        countries: tuple[Country, ...] = COUNTRIES,
        has_secretariat: bool = False,
    ) -> None:
        self.folder = folder
        self.countries = countries
        self.has_secretariat = has_secretariat  # whether the hub takes part as a node
        self.papers = folder / "papers"
        self.lab = lab
        self.hub = DemoNode(
            folder / "hub",
            lab_map=folder / "lab-hub.json",
            role="hub",
            node_address=f"http://{SECRETARIAT_NAME if has_secretariat else HUB_NAME}",
            also_named=HUB_NAME,
            has_desk=has_secretariat,
            database=databases.get("hub", ""),
        )
        self.nodes = {
            country.code: DemoNode(
                folder / country.code,
                lab_map=folder / f"lab-{country.code}.json",
                node_address=f"http://{country.node_name}",
                database=databases.get(country.code, ""),
            )
            for country in countries
        }
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for node in (self.hub, *self.nodes.values()):
            self._stack.enter_context(node)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def make(self) -> None:
        """Make hub, nodes and key holders' keys, two at a time."""
        self.papers.mkdir(parents=True, exist_ok=True)
        self.name_everybody()
        (self.papers / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
        with ThreadPoolExecutor(max_workers=2) as two:
            work = [two.submit(self._make_hub)]
            work += [two.submit(self._make_node, country) for country in self.countries]
            work += [two.submit(self._make_holder, name) for name in (*HOLDERS, *OFFICES)]
            for each in work:
                each.result()

    def name_everybody(self) -> None:
        """Let hub and nodes be found by their names, where they answer this time."""
        self.lab.name_node(HUB_NAME, self.hub.port)
        self.lab.name_node(SECRETARIAT_NAME, self.hub.node_port)
        for country in self.countries:
            self.lab.name_node(country.node_name, self.nodes[country.code].port)
        self.lab.write_map(self.hub.lab_map)
        for code, node in self.nodes.items():
            self.lab.write_map(node.lab_map, viewer=code)

    def _make_hub(self) -> None:
        if not self.has_secretariat:
            self.hub.make()
            return
        self.hub.make("--member", SECRETARIAT)
        paper = str(self.papers / f"{SECRETARIAT}.json")
        self.hub.run("node", "keys", "--base", f"http://{SECRETARIAT_NAME}", "--to", paper)

    def _make_node(self, country: Country) -> None:
        self.nodes[country.code].make(
            "--member",
            country.code,
            "--member-name",
            country.name,
            "--organisation",
            f"{country.name} hotline (made up)",
        )
        self.nodes[country.code].run(
            "node",
            "keys",
            "--base",
            f"http://{country.node_name}",
            "--to",
            str(self.papers / f"{country.code}.json"),
        )

    def _make_holder(self, name: str) -> None:
        self.hub.run(
            "alliance",
            "holder-key",
            str(self.papers / f"{name}.key"),
            "--passphrase-file",
            str(self.papers / "passphrase"),
        )

    def found(self) -> None:
        """Found the alliance and admit every node, each change signed by two of three key holders."""
        holders = [word for name in HOLDERS for word in ("--holder", str(self._public(name)))]
        self.change(
            "founding",
            "init",
            "--name",
            "Alliance (made up)",
            "--secretariat",
            "Secretariat (made up)",
            *holders,
            "--threshold",
            str(NEEDED),
            "--beat-seconds",
            "2",
        )
        if self.has_secretariat:
            self.change(
                f"admit-{SECRETARIAT}",
                "propose",
                "admit",
                str(self.papers / f"{SECRETARIAT}.json"),
                "--mandate",
                "secretariat",
            )
        for country in self.countries:
            mandates = [word for each in country.mandates for word in ("--mandate", each)]
            self.change(
                f"admit-{country.code}",
                "propose",
                "admit",
                str(self.papers / f"{country.code}.json"),
                "--role",
                "hotline",
                "--accession",
                str(self._act_of(country)),
                *mandates,
            )

    def suspend(self, code: str) -> None:
        """Suspend a participant."""
        self.change(f"suspend-{code}", "propose", "suspend", code)

    def resume(self, code: str) -> None:
        """Let a participant take part again."""
        self.change(f"resume-{code}", "propose", "suspend", code, "--resume")

    def join(self) -> None:
        """Start the hub, and let every node follow its roster from the root that it was given by hand."""
        self.hub.start()
        root = self.first_root()
        with ThreadPoolExecutor(max_workers=2) as two:
            for each in [
                two.submit(
                    node.run,
                    "node",
                    "join",
                    "--root",
                    str(root),
                    "--hub",
                    f"http://{HUB_NAME}",
                )
                for node in self.nodes.values()
            ]:
                each.result()

    def first_root(self) -> Path:
        """Return the file with the alliance's first root."""
        found = sorted(self.hub.folder.rglob("1.root.json"))
        return found[0]

    def start(self) -> None:
        """Start every node and wait until all pages answer."""
        for node in self.nodes.values():
            node.begin()
        for node in self.nodes.values():
            node.wait_until_up()

    def status(self, code: str) -> dict[str, Any]:
        """Return how the exchange of a node stands, as `havn feed status` says."""
        return dict(json.loads(self.nodes[code].ask("feed", "status", "--json")))

    def alarms(self, code: str) -> list[dict[str, Any]]:
        """Return the open alarms of a node."""
        return list(json.loads(self.nodes[code].ask("feed", "alarms", "--json"))["alarms"])

    def node_id(self, code: str) -> str:
        """Return the UUID of a member's node."""
        paper = json.loads((self.papers / f"{code}.json").read_text(encoding="utf-8"))
        return str(paper["node"]["id"])

    def rewrite_log(self, code: str) -> None:
        """Let an intruder sign another history of a node's log, once everybody holds the true one."""
        node = self.nodes[code]
        node.stop_one("worker")
        size = self.status(code)["log"]["size"]
        node.until(lambda: self._hold(code, size), what=f"all hold {code}'s log")
        node.run_module("havn.cli.demo_tampering")

    def _hold(self, code: str, size: int) -> bool:
        others = [other for other in self.nodes if other != code]
        return all(
            peer["mirrored"] == size
            for other in others
            for peer in self.status(other)["peers"]
            if peer["participant"] == code
        )

    def _act_of(self, country: Country) -> Path:
        """Return the act by which a country accedes, signed by two office holders with keys of their own."""
        act = self.papers / f"{country.code}.act"
        first = (
            "--code",
            country.code,
            "--name",
            country.name,
            "--reference",
            "Letter 17 (made up)",
        )
        for number, (name, office) in enumerate(OFFICES.items()):
            self.hub.run(
                "alliance",
                "accede",
                str(act),
                "--key",
                str(self.papers / f"{name}.key"),
                "--passphrase-file",
                str(self.papers / "passphrase"),
                "--office",
                office,
                *((*first, "--on", "2026-01-01") if number == 0 else ()),
            )
        return act

    def change(self, name: str, *command: str) -> None:
        """Propose a change of the roster at the hub, let two holders sign it, and publish it."""
        proposal = self.papers / f"{name}.proposal"
        self.hub.run("alliance", *command, "--to", str(proposal))
        copies = []
        for holder in HOLDERS[:NEEDED]:
            copy = self.papers / f"{name}.{holder}.proposal"
            self.hub.run(
                "alliance",
                "sign",
                str(proposal),
                "--key",
                str(self.papers / f"{holder}.key"),
                "--passphrase-file",
                str(self.papers / "passphrase"),
                "--to",
                str(copy),
            )
            copies.append(str(copy))
        self.hub.run("alliance", "publish", *copies)

    def _public(self, name: str) -> Path:
        return self.papers / f"{name}.key.pub"


@contextmanager
def alliance_in(folder: Path, *, databases: dict[str, str], **told: Any) -> Iterator[DemoAlliance]:
    """Make and run an alliance in a folder beside an inhabited lab, and stop everything at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        InhabitedLab() as lab,
        DemoAlliance(folder, lab=lab, databases=databases, **told) as alliance,
    ):
        yield alliance
