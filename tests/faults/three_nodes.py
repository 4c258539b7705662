# SPDX-License-Identifier: Apache-2.0
"""Three real nodes in one alliance: made, joined from a hub's folder, and asked by each other through weather.

Server and worker have the keys that `havn keys place` gives them, and on PostgreSQL the role that `havn grants` makes:
what either may not do, no fault may need.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from havn.domain.members.clients import propose
from havn.domain.members.rules import ALLIANCE_FILE, target_name
from havn.domain.members.rules.description import parse_description
from havn.lab import Lab, free_port
from tests.faults.weather import Way, Weather
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance
from tests.support.node import RunningNode, node_environment

CODES = ("XD", "XE", "XF")
BEAT_SECONDS = 1
# What a killed worker held is taken up soon; nothing else comes in the way of the beats.
POLICY = """
name = "insecure-demo-three-nodes"
version = "1"
job_lease = "8 s"
roster_refresh = "1 d"
"""
# Every statement that writes asks first whether the disk is full. A real full disk says so in the same way, and
# with the same code, when a table has to grow.
FULL_DISK = """
CREATE TABLE full_disk (is_full boolean);
GRANT SELECT ON full_disk TO PUBLIC;
CREATE FUNCTION refuse_when_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF EXISTS (SELECT 1 FROM public.full_disk) THEN
        RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full';
    END IF;
    RETURN NULL;
END $$;
DO $$ DECLARE each text; BEGIN
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'full_disk' LOOP
        EXECUTE format('CREATE TRIGGER refuse_when_full BEFORE INSERT OR UPDATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_when_full()', each);
    END LOOP;
END $$;
"""
ONE_AT_A_TIME = Lock()
NewDatabase = Callable[[str], str]  # the address of a new, empty one of this name


class Member:
    """One node of the three: its processes, its database, the ways by which it asks the others, its backup."""

    def __init__(self, code: str, folder: Path, *, new_database: NewDatabase) -> None:
        self.code = code
        self.home = folder
        self.name = f"{code.lower()}.nodes.example"
        self.ways: dict[str, Way] = {}  # by whom it asks
        self.backups = 0
        self.backed_up_at_size = 0
        self._new_database = new_database
        self._databases = 0
        self.port = free_port()
        self.node = self._node()
        self.node_id = ""
        self.description: dict[str, Any] = {}

    def _node(self) -> RunningNode:
        """Return a node without a folder and a database of its own yet."""
        self._databases += 1
        name = f"{self.code.lower()}_{self._databases}"
        environment = node_environment(
            self.home / name,
            HAVN_DATABASE=self._new_database(name),
            HAVN_POLICY=str(self.home / "policy.toml"),
            HAVN_OUTSIDE="insecure-lab",
            HAVN_LAB=str(self.home / "lab.json"),
            HAVN_NODE_ADDRESS=f"http://{self.name}",
            HAVN_HOSTS=f"127.0.0.1,localhost,{self.name}",
        )
        return RunningNode(folder=self.home / name, port=self.port, environment=environment)

    def make(self) -> None:
        """Make the node, and learn what it says about itself."""
        self.home.mkdir(parents=True, mode=0o700)
        self.node.folder.mkdir(mode=0o700)
        (self.home / "policy.toml").write_text(POLICY)
        self.node.run(
            "init", "--member", self.code, "--member-name", f"Country {self.code} (made up)",
            "--organisation", f"{self.code} hotline (made up)", "--contact", "desk@havn.example",
            "--url", self.node.address, "--backup-key", str(self.home / "backup.key"),
        )  # fmt: skip
        self._separate()
        said = self.node.run("node", "keys", "--base", f"http://{self.name}")
        self.description = json.loads(said)
        self.node_id = str(self.description["node"]["id"])

    def _separate(self) -> None:
        """Let server and worker do no more than their part, as on a machine with a user for each."""
        database = self.node.environment["HAVN_DATABASE"]
        if self.is_postgres:
            grants = self.node.run("grants")
            with ONE_AT_A_TIME:  # the roles are the server's, and all three nodes make them
                self.write(grants)
        for name, audience in (("server", "node"), ("worker", "worker")):
            keys = self.node.folder / f"keys-{audience}"
            self.node.run("keys", "place", audience, str(keys))
            self.node.own_environment[name] = {
                "HAVN_KEYS": str(keys),
                "HAVN_DATABASE": database.replace("postgres@", f"havn_{audience}@", 1),
            }

    def participant(self) -> dict[str, Any]:
        """Return the node's file of the roster."""
        found = parse_description(json.dumps(self.description).encode())
        value = made_up.participant(self.code, nodes=[found.as_node(since=1)])
        value["organisations"][0]["id"] = found.organisation["id"]
        return value

    # --- its processes ----------------------------------------------------------------------------

    def start(self, *names: str) -> None:
        """Start processes, all unless told, and do not wait for them."""
        for name in names or ("server", "worker", "says"):
            if name == "server":
                port = str(self.port)
                self.node.start(
                    name, "serve", "--audience", "node", "--port", port, "--workers", "1"
                )
            elif name == "worker":
                self.node.start_worker()
            else:
                others = list(self.ways)
                self.node.start_python(name, "-m", "tests.faults.says", str(self.said), *others)

    def kill(self, *names: str) -> None:
        """Kill processes at once, all unless told."""
        for name in names or tuple(self.node.processes):
            if name in self.node.processes:
                self.node.kill(name)

    def start_ended(self) -> int:
        """Start again what ended by itself, as deploy/systemd does; return how many processes had."""
        ended = [name for name, each in self.node.processes.items() if each.poll() is not None]
        if ended:
            self.start(*ended)
        return len(ended)

    @property
    def said(self) -> Path:
        """The file in which every event is written once it is committed; it lies on another disk."""
        return self.home / "said"

    # --- its disk ---------------------------------------------------------------------------------

    def fill_disk(self, *, most_bytes: int) -> None:
        """Let no file of its processes grow beyond so many bytes, and its database not at all."""
        self._limit(most_bytes)
        if self.is_postgres:
            self.write("INSERT INTO full_disk VALUES (true)")

    def free_disk(self) -> None:
        """Let everything grow again."""
        if self.is_postgres:
            self.write("DELETE FROM full_disk")
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, most_bytes: int) -> None:
        groups = {process.pid for process in self.node.processes.values()}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError, ProcessLookupError):
                if os.getpgid(int(entry.name)) in groups:
                    limits = (most_bytes, resource.RLIM_INFINITY)
                    resource.prlimit(int(entry.name), resource.RLIMIT_FSIZE, limits)

    # --- its database, past the program -----------------------------------------------------------

    @property
    def is_postgres(self) -> bool:
        """Whether its database is PostgreSQL."""
        return self.node.environment["HAVN_DATABASE"] != "sqlite"

    def prepare_database(self) -> None:
        """Make it possible to fill the disk of PostgreSQL, whose processes are its own."""
        if self.is_postgres:
            self.write(FULL_DISK)

    def write(self, sql: str) -> None:
        """Change the database as no process of the node does."""
        import psycopg

        with psycopg.connect(self.node.environment["HAVN_DATABASE"], autocommit=True) as found:
            found.execute(sql.encode())

    # --- its backup -------------------------------------------------------------------------------

    @property
    def backup_file(self) -> Path:
        """The newest backup."""
        return self.home / f"{self.backups}.backup"

    def back_up(self) -> None:
        """Make a backup while everything runs."""
        self.backups += 1
        self.node.run("backup", str(self.backup_file), "--with-keys")

    def restore(self) -> None:
        """Lose the disk, and put the newest backup on a new one; nothing runs yet."""
        self.kill()
        shutil.rmtree(self.node.folder)
        self.node = self._node()
        self.node.folder.mkdir(mode=0o700)
        self.node.run("restore", str(self.backup_file), "--key", str(self.home / "backup.key"))
        self._separate()
        if self.is_postgres:
            self.write("DELETE FROM full_disk; GRANT SELECT ON full_disk TO PUBLIC")


class ThreeNodes:
    """Three nodes that take part in one alliance, each found by the others through a way of its own."""

    def __init__(
        self, stack: ExitStack, folder: Path, *, new_database: NewDatabase, chance: Random
    ) -> None:
        self.members = {
            code: Member(code, folder / code, new_database=new_database) for code in CODES
        }
        self.lab = stack.enter_context(Lab())
        self.hub = folder / "hub"
        for member in self.members.values():
            stack.callback(member.kill)
            for other in self.others(member):
                way = Way(other.port, chance=Random(chance.random()))
                stack.callback(way.close)
                member.ways[other.code] = way
        with ThreadPoolExecutor(2) as two:
            list(two.map(Member.make, self.members.values()))
        self._found()
        with ThreadPoolExecutor(2) as two:
            list(two.map(self._join, self.members.values()))

    def others(self, member: Member) -> list[Member]:
        """Return the two other nodes."""
        return [each for each in self.members.values() if each is not member]

    def _found(self) -> None:
        alliance = MadeUpAlliance(self.hub)
        current = alliance.repository.current()
        file = {**json.loads(current.files[ALLIANCE_FILE]), "beat_seconds": BEAT_SECONDS}
        changes = {target_name(each.code): each.participant() for each in self.members.values()}
        proposal = propose(
            "replace",
            current,
            {ALLIANCE_FILE: file, **changes},
            at=alliance.at,
            allow_insecure=True,
        )
        for holder in alliance.holders[:2]:
            proposal.sign(holder)
        alliance.repository.publish(
            proposal, online=alliance.online, at=alliance.at, allow_insecure=True
        )
        (self.hub / "root.json").write_bytes(alliance.root)
        for each in self.members.values():
            self.lab.name_node(each.name, each.port)

    def _join(self, member: Member) -> None:
        found: dict[str, Any] = self.lab.map()
        addresses = {each.port: each.code for each in self.members.values()}
        for address, port in found["ports"].items():
            if (code := addresses.get(port)) in member.ways:
                found["ports"][address] = member.ways[code].port
        (member.home / "lab.json").write_text(json.dumps(found))
        member.node.run(
            "node", "join", "--root", str(self.hub / "root.json"), "--hub", str(self.hub)
        )
        member.prepare_database()

    def between(self, one: Member, other: Member) -> list[Way]:
        """Return the ways between two nodes, in both directions."""
        return [one.ways[other.code], other.ways[one.code]]

    def calm_down(self) -> None:
        """Let the weather be calm everywhere."""
        for member in self.members.values():
            for way in member.ways.values():
                way.change(Weather.CALM)
