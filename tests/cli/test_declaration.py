# SPDX-License-Identifier: Apache-2.0
"""`havn declaration load`: a text of the declaration is kept, told in words or JSON, or refused with a sentence."""

import json
import subprocess
import sys

import pytest

from tests.support.empty_tables import place_tables
from tests.support.node import node_environment

GOOD = {
    "v": 1,
    "version": "1",
    "language": "en",
    "text": "We declare.\n\nFour targets.",
    "source": "Official copy 17",
    "adopted_on": "2012-12-05",
}
pytestmark = pytest.mark.sqlite_only


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub")
    environment = node_environment(folder, HAVN_ROLE="hub")
    place_tables(environment)

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "havn", *arguments],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    assert run("init")[0] == 0
    return run


def test_a_text_is_kept_once_and_what_is_wrong_is_said(hub, tmp_path):
    file = tmp_path / "declaration-en.json"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    assert hub("declaration", "load", str(file))[:2] == (0, "Version 1 in en is kept.\n")
    code, said, _ = hub("declaration", "load", str(file), "--json")
    assert (code, json.loads(said)) == (0, {"version": "1", "language": "en", "is_new": False})
    file.write_text(json.dumps(GOOD | {"version": "0"}), encoding="utf-8")
    code, _, error = hub("declaration", "load", str(file))
    assert (code, "Give the original another one" in error) == (1, True)
    assert hub("declaration", "load", str(tmp_path / "nothing.json"))[0] == 2
