# SPDX-License-Identifier: Apache-2.0
"""The page of the first match: every command on it works in a clean install, in less than five minutes."""

import re
import signal
import subprocess
import sys
import time

import pytest

from tests.support.clean_install import ROOT, clean_install
from tests.support.waiting import wait_until

PAGE = (ROOT / "docs/first-match.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh([^\n]*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FIVE_MINUTES = 300

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="NOT RUN: the page is written for a shell"),
    pytest.mark.timeout(FIVE_MINUTES),
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return clean_install(tmp_path_factory.mktemp("clean") / "havn")


def environment(programs, folder):
    for name in ("tmp", "home"):
        (folder / name).mkdir()
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "LANG": "C.UTF-8",
    }


def test_a_clean_install_holds_no_django_and_the_command_works_there(programs, tmp_path):
    settings = environment(programs, tmp_path)
    tried = [
        subprocess.run(["python3", "-c", f"import {name}"], env=settings, capture_output=True, check=False)
        for name in ("django", "psycopg", "pytest", "numpy")
    ]  # fmt: skip
    assert [each.returncode for each in tried] == [1, 1, 1, 0]
    for words in (
        ["--version"],
        ["hash", "--help"],
        ["match", "--help"],
        ["scan", "--help"],
        ["watch", "--help"],
    ):
        subprocess.run([programs / "havn", *words], env=settings, capture_output=True, check=True)


def test_every_command_of_the_page_works_within_five_minutes(programs, tmp_path):
    settings = environment(programs, tmp_path)
    work = tmp_path / "work"
    work.mkdir()
    watching = None
    said = []
    began = time.monotonic()
    try:
        for words, script in BLOCKS:
            flags = dict([*each.split("="), ""][:2] for each in words.split())
            if "no-run" in flags:
                continue
            if "background" in flags:
                stop(watching)
                watching = subprocess.Popen(
                    ["sh", "-c", f"exec {script}"],
                    cwd=work,
                    env=settings,
                    stderr=subprocess.DEVNULL,
                )
                continue
            if "until" in flags:
                wait_until(
                    lambda name=flags["until"]: (work / name).exists(),
                    seconds=60,
                    what=flags["until"],
                )
            done = subprocess.run(
                ["sh", "-c", script], cwd=work, env=settings, capture_output=True, text=True, check=False
            )  # fmt: skip
            assert done.returncode == int(flags.get("expect", 0)), (script, done)
            said.append(done.stdout)
    finally:
        stop(watching)
    assert time.monotonic() - began < FIVE_MINUTES
    assert said[-1] == "match\n"
    assert names(work / "quarantine") == ["a.jpg"]
    assert names(work / "uploads") == ["b.png", "c.jpg"]
    assert names(tmp_path / "tmp") == []
    table = next(each for each in said if each.startswith("verdict"))
    shown = [line for line in PAGE.splitlines() if line.startswith("    ") and "known.txt" in line]
    assert [gist(each) for each in shown] == [gist(each) for each in table.splitlines()[1:]]


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def gist(line):
    """Return verdict and path of a line; distances and versions may differ with a library's."""
    words = line.split()
    return words[0], words[-1]


def stop(process):
    if process is not None:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def test_the_page_leads_on_to_pages_that_exist():
    for target in re.findall(r"\]\(([^)]+\.md)\)", PAGE):
        assert (ROOT / "docs" / target).is_file()
