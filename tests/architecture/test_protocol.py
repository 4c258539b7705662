# SPDX-License-Identifier: Apache-2.0
"""The protocol documents against the code: every numbered sentence is cited by code and by a test."""

import re
from collections import defaultdict

import pytest

from tests.architecture.source import ROOT

DOCUMENTS = sorted((ROOT / "docs" / "protocol").glob("*.md"))
SENTENCE = re.compile(r"^(?:- )?\*\*([A-Z])(\d+)\*\* ", re.MULTILINE)
LETTERS = {
    "alliance-facts.md": "J",
    "exchange.md": "X",
    "promises.md": "C",
    "feed.md": "F",
    "figure-proof.md": "G",
    "hub.md": "H",
    "national-report.md": "N",
    "referral.md": "E",
    "requests.md": "S",
    "roster.md": "R",
    "vantage.md": "V",
    "versions.md": "W",
}
# `# F12`, `(F12)`, `F12,`, `F12: ...`, `F31 to F35`: in a comment or a docstring.
CITED = re.compile(r"(?<![\w])([A-Z])(\d{1,3})(?![\w])")
RANGE = re.compile(r"(?<![\w])([A-Z])(\d{1,3})(?: to |-)\1(\d{1,3})(?![\w])")


def sentences(text):
    """Return the numbers of a document's normative sentences."""
    return [(letter, int(number)) for letter, number in SENTENCE.findall(text)]


def cited_in(folder):
    """Return which numbers the Python files below a folder name."""
    found = defaultdict(set)
    for path in (ROOT / folder).rglob("*.py"):
        if path.name == "test_protocol.py":
            continue
        text = path.read_text(encoding="utf-8")
        for letter, number in CITED.findall(text):
            found[letter].add(int(number))
        for letter, first, last in RANGE.findall(text):
            found[letter] |= set(range(int(first), int(last) + 1))
    return found


@pytest.fixture(scope="module")
def in_code():
    return cited_in("src")


@pytest.fixture(scope="module")
def in_tests():
    return cited_in("tests")


@pytest.mark.parametrize("path", [p for p in DOCUMENTS if p.name in LETTERS], ids=lambda p: p.name)
def test_every_sentence_is_cited_by_code_and_by_a_test(path, in_code, in_tests):
    numbers = sentences(path.read_text(encoding="utf-8"))
    letter = LETTERS[path.name]
    assert numbers
    assert {each for each, _ in numbers} == {letter}
    assert len(numbers) == len(set(numbers))
    own = {number for _, number in numbers}
    assert sorted(own - in_code[letter]) == []
    assert sorted(own - in_tests[letter]) == []


def test_every_document_has_a_letter_or_no_numbers():
    for path in DOCUMENTS:
        if path.name not in LETTERS:
            assert sentences(path.read_text(encoding="utf-8")) == [], path.name


def test_a_sentence_that_nobody_cites_is_found():
    assert sentences("**F1** A.\n- **F2** B.\nno **F3** here") == [("F", 1), ("F", 2)]
    assert CITED.findall("# F2\nxF3\nF31 to F35") == [("F", "2"), ("F", "31"), ("F", "35")]


def test_every_alarm_is_named_in_the_documents_and_has_words():
    from havn.domain.exchange.rules import AlarmCode
    from havn.web.desk.casework.alarm_words import ALARMS

    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    assert sorted(code for code in AlarmCode if f"`{code}`" not in text) == []
    assert sorted(set(AlarmCode) - set(ALARMS)) == []
