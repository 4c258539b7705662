# SPDX-License-Identifier: Apache-2.0
"""A demonstration node: made-up staff, and the processes that `havn serve --demonstration` runs."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b32encode
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

from havn.cli import start
from havn.cli.endings import CouldNotError, FoundError
from havn.cli.telling import step
from havn.lib.clock import monotonic

STAFF = (
    ("ana@hotline.example", "Ana (analyst)", ("analyst",)),
    ("ben@hotline.example", "Ben (analyst)", ("analyst",)),
    ("sara@hotline.example", "Sara (supervisor)", ("supervisor", "analyst")),
    ("ivo@hotline.example", "Ivo (investigator)", ("investigator",)),
    ("odd@hotline.example", "Odd (operator)", ("operator",)),
    ("ria@ministry.example", "Ria (rapporteur)", ("rapporteur",)),
    ("sif@ministry.example", "Sif (signatory)", ("signatory",)),
    ("dan@statistics.example", "Dan (data owner)", ("data_owner",)),
)
STAFF_OF_HUB = (
    ("ada@secretariat.example", "Ada (secretariat)", ("secretariat",)),
    ("odd@secretariat.example", "Odd (operator)", ("operator",)),
)
START_SECONDS = 60.0
STOP_SECONDS = 20.0


def logins_path() -> Path:
    """Return the file that holds the made-up logins of a demonstration."""
    return start.folder() / "demonstration-logins.json"


def history_mark() -> Path:
    """Return the file that is there until the made-up past is written; pages say so meanwhile."""
    return start.folder() / "demonstration-history.pending"


def make_staff(
    organisation: UUID, *, staff: Sequence[tuple[str, str, tuple[str, ...]]] = STAFF
) -> list[dict[str, Any]]:
    """Make the made-up people with passwords and second factors, and keep the logins in a file."""
    from havn.domain.accounts import services as accounts
    from havn.domain.actor import Actor, Role
    from havn.lib.clock import now
    from havn.web.desk.sign_in.adapters import enrol

    if logins_path().exists():
        return list(json.loads(logins_path().read_text(encoding="utf-8")))
    logins = []
    for email, name, roles in staff:
        password = f"made-up-{secrets.token_hex(4)}"
        person_id = accounts.add_person(
            person=accounts.NewPerson(
                email=email, name=name, roles=tuple(Role(role) for role in roles)
            ),
            password=password,
            organisation=organisation,
            actor=Actor.operator(organisation=organisation),
            at=now(),
        )
        secret = b32encode(secrets.token_bytes(20)).decode("ascii")
        enrol(person_id=person_id, secret=secret)
        logins.append(
            {
                "email": email,
                "name": name,
                "roles": list(roles),
                "password": password,
                "totp_secret": secret,
                "person_id": str(person_id),
            }
        )
    logins_path().touch(mode=0o600)
    logins_path().write_text(json.dumps(logins, indent=2), encoding="utf-8")
    return logins


def run_demonstration(*, host: str, port: int) -> int:
    """Run lab, worker and server until a signal; make node and history first where there is none."""
    _set_environment(port)
    start.prepare()
    if not start.marker().exists():
        step("Making a demonstration node …")
        start.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        history_mark().touch(mode=0o600)
        _must("init", "--demonstration")
    _say_where()
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        children["lab"] = _child("demo", "lab")
        children["server"] = _child(
            "serve", "--audience", "all", "--host", host, "--port", str(port), "--workers", "1"
        )
        _wait(children, stop, _lab_is_ready, what="the lab")
        _wait(children, stop, lambda: _answers(host, port), what="the server")
        if not stop.is_set():
            _print_welcome(host, port)
        _play_history(children, stop)
        if not stop.is_set():
            children["worker"] = _child("worker")
        ended = _wait_for_end(children, stop)
    finally:
        _stop(children)
    if ended:
        raise FoundError(f"The {ended} ended by itself; the demonstration was stopped.")
    step("The demonstration was stopped.")
    return 0


def _play_history(children: dict[str, subprocess.Popen[bytes]], stop: Event) -> None:
    """Write the made-up past while the pages are served; the worker starts after it.

    The worker would do the past's work now, and link entries of today before those of the past.
    """
    if not history_mark().exists():
        return
    step("Writing the made-up past; what is reported meanwhile is filed after it …")
    history = _child("demo", "history")
    try:
        while not stop.wait(0.1) and history.poll() is None and not _ended(children):
            pass
    finally:
        if history.poll() is None:  # It is taken up at the next start where it ended.
            history.terminate()
        history.wait()
    if history.returncode and not stop.is_set():
        raise CouldNotError("The made-up past could not be written; see the lines above.")


def _set_environment(port: int) -> None:
    os.environ.setdefault("HAVN_DATA", ".havn-demo")
    os.environ["HAVN_DATA"] = str(Path(os.environ["HAVN_DATA"]).resolve())
    os.environ.setdefault("HAVN_POLICY", "insecure-demo-policy")
    os.environ.setdefault("HAVN_OUTSIDE", "insecure-lab")
    os.environ.setdefault("HAVN_LAB", str(Path(os.environ["HAVN_DATA"]) / "lab.json"))
    os.environ.setdefault("HAVN_PUBLIC_URL", f"http://127.0.0.1:{port}")


def _say_where() -> None:
    """Let links in pages and notices lead to where this demonstration answers now."""
    from havn.domain.members import services as members
    from havn.lib.clock import now

    members.change_public_url(
        public_url=os.environ["HAVN_PUBLIC_URL"].rstrip("/"), actor=start.operator(), at=now()
    )


def _havn(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "havn", *arguments]


def _must(*arguments: str) -> None:
    done = subprocess.run(_havn(*arguments), stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise CouldNotError(f"`havn {' '.join(arguments)}` did not work (exit {done.returncode}).")


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches us alone, and we stop the children in their order.
    return subprocess.Popen(_havn(*arguments), start_new_session=True)


def _wait(
    children: dict[str, subprocess.Popen[bytes]], stop: Event, is_there: Any, *, what: str
) -> None:
    deadline = monotonic() + START_SECONDS
    while not stop.is_set() and not is_there():
        ended = _ended(children)
        if ended or monotonic() > deadline:
            raise CouldNotError(f"{what.capitalize()} did not start; see the lines above.")
        stop.wait(0.1)


def _lab_is_ready() -> bool:
    return Path(os.environ["HAVN_LAB"]).is_file()


def _answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _ended(children: dict[str, subprocess.Popen[bytes]]) -> str:
    return next((name for name, child in children.items() if child.poll() is not None), "")


def _wait_for_end(children: dict[str, subprocess.Popen[bytes]], stop: Event) -> str:
    while not stop.wait(0.3):
        ended = _ended(children)
        if ended:
            return ended
    return ""


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Stop what was started last first (worker, server, lab), each finishing what it does."""
    for child in reversed(children.values()):
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if "lab" in children:
        Path(os.environ["HAVN_LAB"]).unlink(missing_ok=True)


def _print_welcome(host: str, port: int) -> None:
    lines = [
        "",
        f"Havn demonstrates itself at http://{host}:{port}/ (desk: http://{host}:{port}/desk/).",
        "Everything in it is made up. Sign in at the desk as:",
    ]
    for login in json.loads(logins_path().read_text(encoding="utf-8")):
        lines.append(
            f"  {login['email']:24} password {login['password']}  ({', '.join(login['roles'])})"
        )
        lines.append(f"  {'':24} second factor {login['totp_secret']}")
    lines += [
        "A current code: put the second factor into an authenticator, or `havn person code EMAIL`.",
        f"Data: {start.folder()}. Ctrl-C stops it.",
    ]
    print("\n".join(lines), flush=True)
