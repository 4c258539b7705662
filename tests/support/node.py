# SPDX-License-Identifier: Apache-2.0
"""A node of real processes for journeys, faults and script/look: made, started, signed in to, stopped."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havn.lab import free_port
from tests.support import tables
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90.0


class NodeError(Exception):
    """A process of the node did not do what it should; the message holds what it said."""


@dataclass(slots=True)
class Login:
    """What it takes to sign in as one made-up person; each recovery code works once."""

    name: str
    email: str
    password: str
    secret: str
    codes: list[str]
    person_id: str
    organisation_id: str


@dataclass(slots=True)
class RunningNode:
    """A node's folder, address, environment, processes and people."""

    folder: Path
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    people: dict[str, Login] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    # What one process alone has in its environment, by its name: its keys, its role in the database.
    own_environment: dict[str, dict[str, str]] = field(default_factory=dict)
    # The words that a process is started under, by its name: a program that watches it.
    under: Callable[[str], Sequence[str]] = lambda _name: ()
    workers: int = 2  # how many processes answer requests

    @property
    def address(self) -> str:
        """Return where its pages are, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, seconds: float = 120) -> str:
        """Run `havn ...` on this node and return what it printed, or raise with it."""
        return self._python("-m", "havn", *arguments, seconds=seconds)

    def run_module(self, *arguments: str, seconds: float = 120) -> str:
        """Run a module of the tests on this node (`python -m ...`) and return what it printed."""
        return self._python("-m", *arguments, seconds=seconds)

    def _python(self, *arguments: str, seconds: float) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if done.returncode != 0:
            raise NodeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `havn ...` in a process group of its own, its output in a file of the folder."""
        return self.start_python(name, "-m", "havn", *arguments)

    def start_python(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program of ours in the node's environment, as `start` does."""
        with (self.folder / f"{name}.output").open("ab") as output:
            process = subprocess.Popen(
                [*self.under(name), sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment | self.own_environment.get(name, {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def start_serving(self, *, audience: str = "all") -> None:
        """Start the server and wait until it answers."""
        process = self.start(
            "server", "serve", "--audience", audience, "--port", str(self.port),
            "--workers", str(self.workers),
        )  # fmt: skip
        self.wait_for_answer(process, name="server")

    def start_worker(self) -> None:
        """Start the background work."""
        self.start("worker", "worker")

    def wait_for_answer(self, process: subprocess.Popen[bytes], *, name: str) -> None:
        """Wait until `/` or the health page answers; raise when the process ends before."""

        def is_up() -> bool:
            if process.poll() is not None:
                raise NodeError(f"{name} ended: {self.said(name)}")
            return answers(f"{self.address}/healthz") or answers(f"{self.address}/")

        wait_until(is_up, seconds=START_SECONDS, every=0.1, what=f"{name} on port {self.port}")

    def said(self, name: str, *, most: int = 3000) -> str:
        """Return the end of what a process printed."""
        path = self.folder / f"{name}.output"
        return path.read_text(errors="replace")[-most:] if path.exists() else ""

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, as `kill -9` does."""
        process = self.processes.pop(name)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def stop(self) -> None:
        """Stop all processes: asked first, killed when they do not listen."""
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for name, process in list(self.processes.items()):
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.kill(name)
        self.processes.clear()

    def add_people(self) -> dict[str, Login]:
        """Add made-up staff: analyst, supervisor, investigator, operator, colleague, outsider."""
        text = self.run_module("tests.support.staffing")
        made = json.loads(text.splitlines()[-1])
        self.people = {name: Login(name=name, **each) for name, each in made.items()}
        return self.people


def answers(address: str) -> bool:
    """Whether something answers there at all."""
    try:
        urllib.request.urlopen(address, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def node_environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a node's processes: the caller's, without settings of another node."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("HAVN_") and name != "DJANGO_SETTINGS_MODULE"
    }
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**kept, "PYTHONPATH": path, "HAVN_DATA": str(folder), **more}


def new_node(
    folder: Path,
    *,
    database: str = "sqlite",
    member: tuple[str, str] = ("DK", "Denmark"),
    workers: int = 2,
    **more: str,
) -> RunningNode:
    """Make a node in an empty folder (`havn init`); nothing runs yet."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = node_environment(folder, HAVN_DATABASE=database, **more)
    if database == "sqlite":
        tables.lay(folder, environment)
    node = RunningNode(folder=folder, port=free_port(), environment=environment, workers=workers)
    node.run(
        "init", "--member", member[0], "--member-name", member[1], "--organisation", "Test hotline",
        "--kind", "hotline", "--contact", "desk@havn.example", "--url", node.address,
    )  # fmt: skip
    return node


@contextmanager
def running_node(
    folder: Path,
    *,
    database: str = "sqlite",
    member: tuple[str, str] = ("DK", "Denmark"),
    with_worker: bool = True,
    workers: int = 2,
    **more: str,
) -> Iterator[RunningNode]:
    """Run a new node with made-up staff for the length of a block."""
    node = new_node(folder, database=database, member=member, workers=workers, **more)
    try:
        node.add_people()
        node.start_serving()
        if with_worker:
            node.start_worker()
        yield node
    finally:
        node.stop()


@contextmanager
def running_demonstration(folder: Path, *, is_whole: bool = True) -> Iterator[RunningNode]:
    """Run the demonstration node of script/server: whole, with its past and more made-up staff."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    environment = node_environment(folder)
    node = RunningNode(folder=folder, port=free_port(), environment=environment)
    try:
        process = node.start("server", "serve", "--demonstration", "--port", str(node.port))
        node.wait_for_answer(process, name="server")
        if is_whole:
            wait_for_past(node)
            node.add_people()
        yield node
    finally:
        node.stop()


def wait_for_past(node: RunningNode) -> None:
    """Wait until the demonstration's made-up past is written."""
    mark = node.folder / "demonstration-history.pending"
    wait_until(lambda: not mark.exists(), seconds=300, every=0.2, what="the made-up past")


# --- signing in -----------------------------------------------------------------------------------


def one_time_code(secret: str, *, at: float | None = None) -> str:
    """Return the six digits that an authenticator shows (RFC 6238, SHA-1, 30 seconds)."""
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def sign_in(page: Page, node: RunningNode, name: str, *, language: str = "en") -> None:
    """Sign a person in on a page, with password and a recovery code (no code can be used twice)."""
    login = node.people[name]
    page.goto(f"{node.address}/desk/{language}/sign-in/")
    page.locator("input[name=login]").fill(login.email)
    page.locator("input[name=password]").fill(login.password)
    page.locator("input[name=password]").press("Enter")
    page.locator("input[name=code]").fill(login.codes.pop(0))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_load_state()


def signed_in_state(browser: Browser, node: RunningNode, name: str) -> Any:
    """Return the browser state of a signed-in person, signing in the first time only."""
    if name not in node.states:
        context = browser.new_context()
        try:
            sign_in(context.new_page(), node, name)
            node.states[name] = context.storage_state()
        finally:
            context.close()
    return node.states[name]
