# SPDX-License-Identifier: Apache-2.0
"""A client that others measure HMA with runs against the matcher as it is: brought along, never part of this tree."""

import os
import re
import subprocess
import sys

import pytest

from tests.cli.test_matcher import asked, environment, served
from tests.support.matcher import digits, raw_of, small_index, with_flipped

pytestmark = pytest.mark.sqlite_only  # no database at all
CLIENT = os.environ.get("HAVN_HMA_CLIENT")
REFUSED = 15  # what the mode `bad` asks


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    return small_index(tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def port(known):
    if not CLIENT:
        pytest.skip(
            "HAVN_HMA_CLIENT is not set: set it to a program that asks HMA, called with BASE_URL and rate, post, fresh, watch or bad"
        )
    with served(known[0], "--own", "LOAD") as found:
        yield found


@pytest.fixture(scope="module")
def sample(known):
    """Half of them listed, half not."""
    path, rows = known
    file = path.parent / "sample"
    lines = [with_flipped(each, bits) for each in rows[:10] for bits in (5, 120)]
    file.write_text("\n".join(lines) + "\n")
    return str(file)


def told(port, *arguments):
    done = subprocess.run(
        [sys.executable, str(CLIENT), f"http://127.0.0.1:{port}", *arguments], env=environment(),
        capture_output=True, text=True, timeout=90, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_its_three_kinds_of_look_up_are_all_answered(port, sample):
    lines = told(port, "rate", sample, "80").splitlines()
    assert len(lines) == 8
    assert all(each.endswith("failed 0") for each in lines), lines


def test_what_it_adds_is_taken(port):
    assert "20 posts" in (said := told(port, "post", "20"))
    assert said.endswith("statuses [200]\n")


def test_what_it_adds_it_finds_at_once(port):
    seconds = re.search(r"found after ([0-9.]+) s", told(port, "fresh"))
    assert seconds is not None
    assert float(seconds[1]) < 2


def test_it_watches_look_ups_that_never_fail(port, sample):
    assert "not 200: 0;" in told(port, "watch", sample, "1")


def test_what_it_asks_wrongly_is_refused_and_what_hma_takes_is_taken(port, known):
    lines = told(port, "bad").splitlines()
    statuses = [int(found[1]) for each in lines if (found := re.search(r" -> (\d{3}) ", each))]
    assert len(statuses) == len(lines) == REFUSED
    assert set(statuses) <= {200, 400, 403, 404, 413}
    assert statuses.count(200) == 1  # digits in upper case are a fingerprint
    assert asked(port, "GET", raw_of(digits(known[1][7])))[0] == 200
