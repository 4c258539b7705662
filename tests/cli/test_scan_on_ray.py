# SPDX-License-Identifier: Apache-2.0
"""`havn scan --ray`: the report of a cluster is that of this machine; without Ray a sentence says how to get it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from havn.kit.cluster import carry, is_address, place
from havn.kit.known import ListError, open_known
from tests.support.known_pictures import Bench, picture
from tests.support.ray_environment import ray_environment, ray_python, two_nodes


@pytest.fixture
def bench(tmp_path):
    """Return a folder with pictures, a list that knows ten of them, broken files, and a folder below."""
    bench = Bench(tmp_path)
    folder = tmp_path / "uploads"
    for number in range(30):
        picture(folder / ("below" if number % 3 else ".") / f"{number:02}.jpg", seed=number)
    (folder / "text.jpg").write_text("no picture")
    (folder / "empty.png").touch()
    hashed = bench.run("hash", "--exact", "--json", *sorted(folder.rglob("0*.jpg"))).rows()
    (tmp_path / "list.txt").write_text("".join(f"{row['pdq']}\n" for row in hashed))
    return bench


def test_without_ray_the_scan_says_how_to_get_it(bench):
    told = bench.run("scan", "--ray", "local", "--list", "list.txt", "uploads")
    assert told.code == 2
    assert "Ray is not installed here" in told.err
    assert "havn[ray]" in told.err


def test_a_scan_on_a_cluster_keeps_no_journal(bench):
    told = bench.run(
        "scan", "--ray", "local", "--journal", "journal", "--list", "list.txt", "uploads"
    )
    assert told.code == 2
    assert "keeps no journal" in told.err


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("s3://bucket/place", True),
        ("gs://x", True),
        ("/a/b", False),
        ("a:/b", False),
        ("://x", False),
    ],
)
def test_addresses_of_object_stores_are_told_from_folders(name, is_one):
    assert is_address(name) == is_one


def test_a_list_is_laid_down_once_a_machine_and_answers_as_at_home(bench, tmp_path, monkeypatch):
    names = tmp_path / "list.txt"
    known = open_known(names)
    taken: list[str] = []
    carried = carry(known, put=lambda content: content)
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "elsewhere"))

    def get(content):
        taken.append("once")
        return content

    one, two = place(carried, get=get), place(carried, get=get)
    assert len(taken) == len(carried.files)
    for each in (one, two):
        assert (each.name, each.size, each.version) == (known.name, known.size, known.version)
        query = bytes.fromhex(names.read_text().split()[0])
        assert each.index.query(query) == known.index.query(query)


def test_what_lies_there_damaged_or_older_is_laid_down_anew(bench, tmp_path, monkeypatch):
    names = tmp_path / "list.txt"
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "elsewhere"))
    carried = carry(open_known(names), put=lambda content: content)
    place(carried, get=np.asarray)
    for each in (tmp_path / "elsewhere" / "carried").rglob("*.index"):
        each.write_bytes(b"")
    assert place(carried, get=np.asarray).size == 10
    names.write_text("\n".join(names.read_text().split()[:4]))
    assert place(carry(open_known(names), put=lambda content: content), get=np.asarray).size == 4
    assert sum(each.is_dir() for each in (tmp_path / "elsewhere" / "carried").iterdir()) == 1


def test_a_list_that_cannot_be_laid_down_is_a_sentence(bench, tmp_path, monkeypatch):
    carried = carry(open_known(tmp_path / "list.txt"), put=lambda content: content)
    (tmp_path / "file").touch()
    monkeypatch.setenv("HAVN_CACHE", str(tmp_path / "file"))
    with pytest.raises(ListError, match="cannot be laid down"):
        place(carried, get=np.asarray)


@pytest.mark.deep
@pytest.mark.part_matching
@pytest.mark.timeout(1800)
def test_a_cluster_of_two_nodes_gives_the_report_of_this_machine(bench, tmp_path):
    folder, names = tmp_path / "uploads", tmp_path / "list.txt"
    python, missing = ray_python()
    if missing:
        pytest.skip(missing)
    here = bench.run("scan", "--json", "--list", names, folder)
    environment = ray_environment(tmp_path / "cache")
    with two_nodes(python, environment) as address:

        def scan_on_ray(place: str | Path) -> subprocess.CompletedProcess[str]:
            command = [
                str(python),
                "-m",
                "havn",
                "scan",
                "--ray",
                address,
                "--json",
                "--list",
                str(names),
                str(place),
            ]
            return subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False, timeout=600
            )

        there, stored = scan_on_ray(folder), scan_on_ray(f"local://{folder}")
    assert len(here.rows()) == 32
    assert (there.returncode, there.stdout) == (here.code, here.out), there.stderr[-2000:]
    assert sum(each.is_dir() for each in (tmp_path / "cache" / "carried").iterdir()) == 1
    assert stored.returncode == here.code, stored.stderr[-2000:]
    assert sorted(map(verdict, stored.stdout.splitlines())) == sorted(
        map(verdict, here.out.splitlines())
    )


def verdict(line: str) -> tuple[str, str, str | None]:
    row = json.loads(line)
    return Path(row["path"]).name, row["verdict"], row["entry"]
