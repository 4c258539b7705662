# SPDX-License-Identifier: Apache-2.0
"""The shipped unit files: a process each, closed to the others, and their command lines work."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import urllib.request

import pytest

from havn.cli.root import group
from havn.config.audiences import AUDIENCES
from havn.lab import free_port
from tests.support.node import ROOT, RunningNode, node_environment
from tests.support.postgres import running_postgres

FOLDER = ROOT / "deploy/systemd"
UNITS = sorted(path.stem.removeprefix("havn-") for path in FOLDER.glob("*.service"))
SERVING = [name for name in UNITS if name != "worker"]
HARDENED = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "UMask": "0077",
    "LimitCORE": "0", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "ProtectProc": "invisible", "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes", "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX", "SystemCallFilter": "@system-service",
    "SystemCallArchitectures": "native",
}  # fmt: skip


def unit(name: str) -> dict[str, list[str]]:
    """Return the settings of a unit, each with all its values."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / f"havn-{name}.service").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def environment(name: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in unit(name)["Environment"])


def arguments(name: str) -> list[str]:
    program, *rest = shlex.split(unit(name)["ExecStart"][0])
    assert program.endswith("/.venv/bin/havn")
    return rest


def test_every_process_that_runs_apart_has_a_unit():
    assert sorted({name for name in AUDIENCES if name not in {"all", "command"}}) == UNITS


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_may_do_no_more_than_its_work(name):
    said = unit(name)
    assert {key: said.get(key) for key in HARDENED} == {k: [v] for k, v in HARDENED.items()}
    assert said["StateDirectoryMode"] == ["0700"]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_user_keys_and_folder_of_its_own_and_none_of_the_others(name):
    said = unit(name)
    assert said["User"] == said["Group"] == [f"havn-{name}"]
    assert environment(name)["HAVN_KEYS"] == f"/etc/havn/keys-{name}"
    hidden = {path.removeprefix("-") for path in said["InaccessiblePaths"][0].split()}
    others = {f"/etc/havn/keys-{other}" for other in UNITS if other != name}
    assert hidden == {"/etc/havn/keys", *others}
    folders = [environment(other)["HAVN_DATA"] for other in UNITS]
    assert len(set(folders)) == len(folders)
    assert environment(name)["HAVN_DATA"] == f"/var/lib/{said['StateDirectory'][0]}"


@pytest.mark.parametrize("name", UNITS)
def test_the_command_of_a_unit_is_one_that_we_have(name):
    command, *rest = arguments(name)
    found = group.get_command(None, command)
    context = found.make_context(command, rest)
    assert context.params.get("audience", "worker") == name
    assert not [word for word in rest if "log" in word]


def test_no_two_units_listen_on_one_port_and_all_on_loopback_alone():
    ports = [rest[rest.index("--port") + 1] for rest in map(arguments, SERVING)]
    assert len(set(ports)) == len(ports)
    assert {rest[rest.index("--host") + 1] for rest in map(arguments, SERVING)} == {"127.0.0.1"}
    assert "--port" not in arguments("worker")


@pytest.mark.parametrize("name", SERVING)
def test_what_answers_requests_calls_nobody(name):
    assert unit(name)["IPAddressDeny"] == ["any"]
    assert unit(name)["IPAddressAllow"] == ["localhost"]


def test_the_page_of_installing_names_every_unit():
    page = (ROOT / "docs/operations/install.md").read_text(encoding="utf-8")
    assert [name for name in UNITS if f"`havn-{name}.service`" not in page] == []


@pytest.mark.postgres_only
@pytest.mark.timeout(240)
def test_a_node_starts_as_its_units_start_it_each_in_a_folder_of_its_own(tmp_path):
    import psycopg

    settings = (FOLDER / "node.env.example").read_text(encoding="utf-8").splitlines()
    # As systemd reads them, without the quotes around a value.
    shared = dict(
        each.replace('"', "").split("=", 1)
        for each in settings
        if each and not each.startswith("#")
    )
    shared["HAVN_HOSTS"] = "127.0.0.1"
    with running_postgres(is_durable=False) as server:
        folder = tmp_path / "node"
        folder.mkdir(mode=0o700)
        owner = RunningNode(
            folder=folder,
            port=free_port(),
            environment=node_environment(folder, HAVN_DATABASE=server.create_database("units")),
        )
        owner.run(
            "init", "--member", "XD", "--member-name", "Demoland", "--organisation", "Test hotline",
            "--contact", "desk@havn.example", "--url", "http://127.0.0.1",
        )  # fmt: skip
        with psycopg.connect(server.address("units"), autocommit=True) as connection:
            connection.execute(owner.run("grants").encode())
        for name in ("public", "desk", "worker", "node"):
            keys = tmp_path / f"keys-{name}"
            owner.run("keys", "place", name, str(keys))
            own = folder if name == "worker" else tmp_path / f"data-{name}"
            own.mkdir(mode=0o700, exist_ok=True)
            started = RunningNode(
                folder=own,
                port=free_port(),
                environment=node_environment(own, **shared)
                | {"HAVN_DATABASE": server.address("units", user=f"havn_{name}")}
                | {"HAVN_KEYS": str(keys)},
            )
            try:
                _try_as_unit(started, name)
            finally:
                started.stop()


def _try_as_unit(node: RunningNode, name: str) -> None:
    rest = arguments(name)
    if name == "worker":
        node.run(*rest, "--until-idle")
        assert (node.folder / "anchors" / "heads.jsonl").is_file()
    else:
        rest[rest.index("--port") + 1] = str(node.port)
        node.wait_for_answer(node.start(name, *rest), name=name)
        with urllib.request.urlopen(f"{node.address}/readyz", timeout=10) as answer:
            assert answer.status == 200
    done = subprocess.run(
        [sys.executable, "-m", "havn", "doctor", "--audience", name, "--json"],
        cwd=ROOT, env=node.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = {each["check"]: each["level"] for each in json.loads(done.stdout)["checks"]}
    assert (said["role"], said["tables"]) == ("ok", "ok"), done.stdout
    assert "node" not in said, done.stdout  # told only where there is none
