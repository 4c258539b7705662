# SPDX-License-Identifier: Apache-2.0
"""A fresh node of real processes for the demonstration of the loop, and reading where items are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.lab import free_port
from havn.lib import clock

T = TypeVar("T")
START_SECONDS = 40.0
STOP_SECONDS = 15.0
EVERY_SECONDS = 0.1


class DemoNode:
    """Makes a node in an empty folder, runs its server and worker, and stops them at the end."""

    def __init__(
        self,
        folder: Path,
        *,
        lab_map: Path,
        role: str = "node",
        node_address: str = "",
        database: str = "",
        also_named: str = "",
        has_desk: bool = False,
    ) -> None:
        self.folder = folder
        self.lab_map = lab_map
        self.role = role
        self.node_address = node_address  # under which other nodes reach it
        self.database = database
        self.also_named = also_named
        self.port = free_port()
        self.has_desk = has_desk  # of a hub; a node has one always
        self.desk_port = free_port() if has_desk else self.port
        self.node_port = free_port() if role == "hub" else self.port  # where other nodes ask
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._pause = _Pause()

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def make(self, *told: str) -> None:
        """Make the node as told; what an earlier demonstration left in the folder goes away."""
        if (self.folder / "node.json").exists() or not _has_anything(self.folder):
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            raise CouldNotError(
                f"{self.folder} holds something that is no demonstration; move it away first."
            )
        self.folder.mkdir(parents=True, mode=0o700)
        self.run("init", "--demonstration", *told)

    def run(self, *arguments: str) -> str:
        """Run a command on this node and return what it printed; refused or failed, it ends the demonstration."""
        return self._run(*arguments, fine=(DONE,))

    def ask(self, *arguments: str) -> str:
        """Run a command that may find something, and return what it printed."""
        return self._run(*arguments, fine=(DONE, FOUND))

    def run_module(self, module: str, *arguments: str) -> str:
        """Run a module on this node and return what it printed."""
        return self._run_words([sys.executable, "-m", module, *arguments], fine=(DONE,))

    def _run(self, *arguments: str, fine: tuple[int, ...]) -> str:
        return self._run_words(_havn(*arguments), fine=fine)

    def _run_words(self, words: list[str], *, fine: tuple[int, ...]) -> str:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self.variables()},
        )
        if done.returncode not in fine:
            said = " ".join(words[2:])
            raise CouldNotError(f"`{said}` did not work: {done.stderr.strip()[-600:]}")
        return done.stdout

    def start(self) -> None:
        """Start server and worker, and wait until the pages answer."""
        self.begin()
        self.wait_until_up()

    def begin(self) -> None:
        """Start server and worker, and do not wait."""
        audience = "alliance" if self.role == "hub" else "all"
        self._start("worker", "worker")
        self._serve("server", audience, self.port)
        if self.role == "hub" and self.node_address:
            self._serve("node-server", "node", self.node_port)
        if self.role == "hub" and self.has_desk:
            self._serve("desk-server", "desk", self.desk_port)

    def _serve(self, name: str, audience: str, port: int) -> None:
        self._start(name, "serve", "--audience", audience, "--port", str(port), "--workers", "1")

    def wait_until_up(self) -> None:
        """Wait until the pages answer."""
        self.until(
            lambda: _answers(f"{self.address}/healthz"), what="the server", most=START_SECONDS
        )

    def stop(self) -> None:
        """Stop server and worker, each finishing what it does."""
        for child in reversed(self._children.values()):
            if child.poll() is None:
                child.terminate()
        for child in self._children.values():
            try:
                child.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def stop_one(self, name: str) -> None:
        """Stop one process."""
        child = self._children.pop(name)
        child.terminate()
        child.wait(timeout=STOP_SECONDS)

    def logins(self) -> list[dict[str, Any]]:
        """Return the made-up staff with passwords and second factors."""
        path = self.folder / "demonstration-logins.json"
        return list(json.loads(path.read_text(encoding="utf-8")))

    def until(self, found: Callable[[], T], *, what: str, most: float = 30.0) -> T:
        """Return the first true value; ends the demonstration when it does not come."""
        deadline = clock.monotonic() + most
        while True:
            value = found()
            if value:
                return value
            for name, child in self._children.items():
                if child.poll() is not None:
                    raise CouldNotError(f"The {name} ended by itself: {self.said(name)}")
            if clock.monotonic() > deadline:
                raise WaitedInVainError(what)
            self._pause.wait(EVERY_SECONDS)

    def said(self, name: str) -> str:
        """Return the end of what a process printed."""
        path = self.folder / f"{name}.output"
        return path.read_text(encoding="utf-8", errors="replace")[-1500:] if path.exists() else ""

    def variables(self) -> dict[str, str]:
        """Return the environment of its processes."""
        named = {self.node_address.partition("://")[2], self.also_named} - {""}
        return {
            "HAVN_DATA": str(self.folder),
            "HAVN_KEYS": "",
            "HAVN_DATABASE": self.database,
            "HAVN_ROLE": self.role,
            "HAVN_POLICY": "insecure-demo-policy",
            "HAVN_OUTSIDE": "insecure-lab",
            "HAVN_LAB": str(self.lab_map),
            "HAVN_PUBLIC_URL": self.address,
            "HAVN_NODE_ADDRESS": self.node_address,
            "HAVN_HOSTS": ",".join(["127.0.0.1", "localhost", *sorted(named)]) if named else "",
            "HAVN_HTTPS": "",
        }

    def _start(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.output").open("wb") as output:
            # A session of its own: Ctrl-C reaches us alone, and we stop the children in order.
            self._children[name] = subprocess.Popen(
                _havn(*arguments),
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, **self.variables()},
            )


class WaitedInVainError(Exception):
    """Something did not happen in time; the message says what."""


class _Pause:
    """Waiting that Ctrl-C interrupts."""

    def wait(self, seconds: float) -> None:
        from threading import Event

        Event().wait(seconds)


def _has_anything(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())


def _havn(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "havn", *arguments]


def _answers(url: str) -> bool:
    import httpx

    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
