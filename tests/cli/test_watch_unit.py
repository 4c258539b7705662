# SPDX-License-Identifier: Apache-2.0
"""The shipped unit file of `havn watch`: closed to everything but its work, and its command line works."""

import json
import shlex
import shutil
import signal
import socket

from havn.cli.root import group
from tests.support.known_pictures import ROOT, Bench, picture
from tests.support.waiting import wait_until

FILE = ROOT / "deploy/watch/havn-watch.service"
HARDENED = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "UMask": "0027",
    "LimitCORE": "0", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "PrivateNetwork": "yes", "ProtectProc": "invisible",
    "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes", "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes", "RestrictAddressFamilies": "AF_UNIX", "IPAddressDeny": "any",
    "SystemCallFilter": "@system-service", "SystemCallArchitectures": "native",
}  # fmt: skip


def unit():
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith(("#", "[")))


def words():
    program, *rest = shlex.split(unit()["ExecStart"])
    assert program.endswith("/.venv/bin/havn")
    return rest


def test_it_may_do_no_more_than_its_work_and_reads_uploads_only():
    said = unit()
    assert {key: said.get(key) for key in HARDENED} == HARDENED
    assert words()[-1] == said["ReadOnlyPaths"] == said["RequiresMountsFor"]
    assert said["WantedBy"] == "multi-user.target"


def test_what_it_writes_lies_in_folders_that_the_unit_makes():
    context = group.get_command(None, words()[0]).make_context("watch", words()[1:])
    said = unit()
    for option, folder in (("target", "/var/lib"), ("state", "/var/lib"), ("socket_path", "/run")):
        name = said["StateDirectory" if folder == "/var/lib" else "RuntimeDirectory"]
        assert str(context.params[option].parent) == f"{folder}/{name}"
    assert said["Environment"] == f"HAVN_CACHE=/var/cache/{said['CacheDirectory']}"


def test_the_page_of_the_commands_names_the_unit():
    page = (ROOT / "docs/matching-commands.md").read_text(encoding="utf-8")
    assert "deploy/watch/havn-watch.service" in page


def test_it_starts_as_the_unit_starts_it(tmp_path, tmp_path_factory):
    bench = Bench(tmp_path)
    known = picture(tmp_path / "known.jpg", 1)
    bench.list_of(known)
    short = tmp_path_factory.mktemp("s")
    (tmp_path / "uploads").mkdir()
    places = {
        "/etc/havn/known.txt": tmp_path / "known.txt",
        "/var/lib/havn-watch": tmp_path,
        "/run/havn-watch": short,
        "/srv/uploads": tmp_path / "uploads",
    }
    line = unit()["ExecStart"]
    for given, own in places.items():
        line = line.replace(given, str(own))
    process = bench.start(*shlex.split(line)[1:])
    try:
        wait_until((short / "socket").exists, seconds=30)
        shutil.copy(known, tmp_path / "uploads" / "a.jpg")
        lines = tmp_path / "uploads.jsonl"
        wait_until(lambda: lines.exists() and lines.read_text().endswith("\n"), seconds=30)
        assert json.loads(lines.read_text())["verdict"] == "match"
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(short / "socket"))
            caller.sendall(f"{tmp_path / 'uploads' / 'a.jpg'}\n".encode())
            assert json.loads(caller.recv(65536))["verdict"] == "match"
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
