# SPDX-License-Identifier: Apache-2.0
"""Go's own x/mod/sumdb (note, tlog) takes what our logs publish and refuses every tampered copy of it."""

import base64
import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from havn.lib import feed
from tests.support import golang
from tests.unit.lib.feed_log import BEGIN, MemoryLog, leaves_of, seeded

pytestmark = [pytest.mark.deep, pytest.mark.part_exchange, pytest.mark.timeout(900)]
SOURCE = Path(__file__).with_name("feed_check.go")
SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 600)


@dataclass(frozen=True)
class Case:
    """One question to Go and the answer that is right."""

    kind: str
    given: dict[str, Any]
    is_right: bool = True

    def line(self):
        return json.dumps(
            {"Kind": self.kind} | {name: plain(each) for name, each in self.given.items()}
        )

    def altered(self, name):
        """Return the question with one bit of something in it changed."""
        return replace(self, given=self.given | {name: flipped(self.given[name])}, is_right=False)


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def flipped(value):
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, list):
        return [flipped(value[0]), *value[1:]]
    if isinstance(value, dict):
        first = min(value)
        return value | {first: flipped(value[first])}
    return value + 1


@pytest.fixture(scope="module")
def go(tmp_path_factory):
    found = golang.find_go(tmp_path_factory.mktemp("go") / "environment")
    if found is None:
        pytest.skip(f"no Go toolchain was found. {golang.HOW_TO_GET}")
    program = golang.build(
        found, SOURCE.read_text(encoding="utf-8"), tmp_path_factory.mktemp("check")
    )

    def ask(cases):
        asked = "".join(case.line() + "\n" for case in cases)
        done = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
        answers = done.stdout.splitlines()
        assert len(answers) == len(cases) > 0
        wrong = [
            (case.kind, case.given.keys(), answer)
            for case, answer in zip(cases, answers, strict=True)
            if (answer == "ok") is not case.is_right
        ]
        assert wrong == []

    return ask


@pytest.fixture(scope="module")
def log():
    log = MemoryLog()
    log.append(leaves_of("go", max(SIZES)))
    return log


def checkpoints(log):  # F24 F25 F27 F29
    key = feed.verifier_key(log.origin, log.key.public)
    note = log.signed()
    cosigned = feed.with_lines(note, [feed.cosign(note, "havn-witness/x", seeded("w"), at=BEGIN)])
    cases = []
    for text in (feed.sign_checkpoint(log.checkpoint(), log.private), note, cosigned):
        body = text.partition("\n\n")[0] + "\n"
        cases.append(Case("note", {"Note": text, "Key": key, "Body": body}))
        other = text.replace("\n600\n", "\n601\n")
        cases.append(
            Case(
                "note",
                {"Note": other, "Key": key, "Body": body.replace("600", "601")},
                is_right=False,
            )
        )
        cases.append(Case("note", {"Note": text[:-1], "Key": key, "Body": body}, is_right=False))
    stranger = MemoryLog("stranger")
    foreign = feed.verifier_key(log.origin, stranger.key.public)
    cases.append(replace(cases[0], given=cases[0].given | {"Key": foreign}, is_right=False))
    return cases


def tiles_of(log, size):
    """Return every hash tile of a log of so many entries by its path."""
    found = {}
    for level in range(3):
        number = 0
        while width := feed.width_at(level, number, size):
            found[feed.tile_path(level, number, width)] = log.tiles.hashes(level, number, width)
            number += 1
    return found


def tiles(log):  # F2 F19 F20 F22
    cases = []
    for size in SIZES:
        right = Case(
            "tiles",
            {"Size": size, "Root": log.checkpoint(size).root, "Entries": log.entries[:size], "Tiles": tiles_of(log, size)},
        )  # fmt: skip
        cases += [right, *(right.altered(name) for name in ("Root", "Entries", "Tiles"))]
    return cases


def proofs(log):  # F2 F33
    cases = []
    for size in SIZES:
        for index in {0, size // 2, size - 1}:
            path = feed.inclusion_proof(index, size, log.tiles)
            right = Case(
                "grown",
                {"Size": size, "Root": log.checkpoint(size).root, "Index": index, "Entries": log.entries[:size], "Path": path},
            )  # fmt: skip
            cases += [right, right.altered("Root"), right.altered("Entries")]
            checked = Case(
                "inclusion",
                {"Size": size, "Root": log.checkpoint(size).root, "Index": index, "Entry": log.entries[index], "Path": path},
            )  # fmt: skip
            cases += [checked, *(checked.altered(name) for name in ("Root", "Entry"))]
            if path:
                cases += [right.altered("Path"), checked.altered("Path")]
                cases.append(
                    replace(checked, given=checked.given | {"Path": path[:-1]}, is_right=False)
                )
    return cases


def consistency_proofs(log):  # F33
    cases = []
    for old in SIZES:
        for new in SIZES:
            if old <= new:
                path = feed.consistency_proof(old, new, log.tiles)
                right = Case(
                    "consistency",
                    {"Size": new, "Old": old, "Root": log.checkpoint(new).root, "OldRoot": log.checkpoint(old).root, "Path": path},
                )  # fmt: skip
                cases += [right, right.altered("Root"), right.altered("OldRoot")]
                if path:
                    cases.append(right.altered("Path"))
    return cases


def paths(log):  # F20
    places = [
        (0, 0, 256),
        (0, 1, 5),
        (1, 999, 1),
        (0, 1000, 255),
        (2, 1234067, 256),
        (3, 10**9, 7),
    ]
    cases = [
        Case("path", {"Level": level, "Number": number, "Width": width, "Text": feed.tile_path(level, number, width)})
        for level, number, width in places
    ]  # fmt: skip
    return [*cases, replace(cases[0], given=cases[0].given | {"Number": 1}, is_right=False)]


def test_go_takes_what_our_logs_publish_and_no_altered_copy(go, log):
    for made in (checkpoints, tiles, proofs, consistency_proofs, paths):
        go(made(log))
