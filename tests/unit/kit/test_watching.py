# SPDX-License-Identifier: Apache-2.0
"""Watching: what the system tells of, where rows go, and what the socket answers to odd lines."""

import json
import os
import subprocess
import sys

import pytest

from havn.kit.scanning import Row
from havn.kit.watching import append_line
from havn.kit.watching._uploads import Uploads
from tests.support.node import ROOT

WRITER = """
import resource, signal, sys
from pathlib import Path
from havn.kit.scanning import Row
from havn.kit.watching import append_line
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 40, -1))
print(append_line(file, Row("second", "match")))
"""


def test_a_row_for_which_there_is_no_room_leaves_no_half_line(tmp_path):
    file = tmp_path / "rows.jsonl"
    assert append_line(file, Row("first", "clear")) is None
    told = subprocess.run(
        [sys.executable, "-c", WRITER, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "the disk is full" in told.stdout
    assert append_line(file, Row("third", "clear")) is None
    assert [json.loads(line)["path"] for line in file.read_text().splitlines()] == [
        "first",
        "third",
    ]


LISTENER = """
import sys
from havn.kit.watching._notices import notices_for
sys.setrecursionlimit(150)
notices = notices_for([sys.argv[1]])
assert notices is not None
print(len(notices._folders))
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="NOT RUN: the system does not tell what is closed"
)
def test_folders_that_lie_deeper_than_python_calls_functions_are_listened_to(tmp_path):
    folder = tmp_path
    for _ in range(300):
        folder /= "d"
    folder.mkdir(parents=True)
    told = subprocess.run(
        [sys.executable, "-c", LISTENER, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "301\n"


@pytest.mark.skipif(
    sys.platform != "linux", reason="NOT RUN: the system does not tell what is closed"
)
def test_a_link_that_is_moved_into_a_watched_folder_is_left_alone(tmp_path):
    watched, elsewhere = tmp_path / "watched", tmp_path / "elsewhere"
    watched.mkdir()
    elsewhere.write_bytes(b"secret")
    uploads = Uploads(
        [str(watched)],
        is_done=lambda _path, _stamp: False,
        settle=0.0,
        every=1000.0,
        use_notices=True,
    )
    try:
        uploads.look(0.0)
        (tmp_path / "link").symlink_to(elsewhere)
        (tmp_path / "link").rename(watched / "link")
        (watched / "file").write_bytes(b"an upload")
        found: list[str] = []
        for at in range(1, 20):
            uploads.wait(0.05, lambda at=at: float(at))
            found += [each.path for each in uploads.look(float(at) + 0.9)]
        assert found == [str(watched / "file")]
    finally:
        uploads.close()
