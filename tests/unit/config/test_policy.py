# SPDX-License-Identifier: Apache-2.0
"""Reading the policy file: what would make the node useless is refused with a sentence."""

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.config.policy import SHIPPED, PolicyRefusedError, read_policy
from havn.domain.cases.rules import Policy, faults_of
from havn.domain.cases.rules.bounds import COUNTS, DURATIONS, TEXTS, in_words

READ_OTHERWISE = {"assess_within", "check_steps", "check_after_gone", "default_legal_class"}


def written(tmp_path, *lines):
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\n' + "\n".join(lines) + "\n")
    return read_policy(str(path))


@pytest.mark.parametrize("name", [path.stem for path in SHIPPED.glob("*.toml")])
def test_every_shipped_policy_can_be_used(name):
    assert faults_of(read_policy(name)) == []


def test_every_value_of_the_policy_has_bounds():
    named = {field.name for field in fields(Policy)}
    assert named == {*DURATIONS, *COUNTS, *TEXTS, *READ_OTHERWISE}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('hold_at_most = "90 d"', "hold_at_most must lie between 1 h and 72 h"),
        ('hold_at_most = "73 h"', "hold_at_most must lie between 1 h and 72 h"),
        ("most_rungs = 0", "most_rungs must lie between 1 and 10"),
        ('lease = "0 s"', "lease must lie between 1 min and 12 h"),
        ('removed_after = "0 s"', "removed_after must lie between 24 h and 30 d"),
        ('removed_after = "1 h"', "removed_after must lie between 24 h and 30 d"),
        ('assess_within = { urgent = "4 h" }', "assess_within must name urgent and normal"),
        ('assess_within = { urgent = "4 h", normal = "0 s" }', "assess_within.normal must lie"),
        ("check_steps = []", "check_steps must be pairs"),
        ('check_steps = [["1 h"]]', "check_steps must be pairs"),
        ('check_steps = [["2 h", "1 h"], ["1 h", "1 h"]]', "growing ages"),
        ('check_steps = [["2 h", "0 s"]]', "check_steps (how often) must lie"),
        ("check_after_gone = []", "check_after_gone must name at least one"),
        ("most_pasted_addresses = 100000", "most_pasted_addresses must lie between 1 and 1000"),
        ('version = "2026-11-24-final"', "version must have between 1 and 10 characters"),
        ('default_scheme = ""', "default_scheme must have"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_its_bounds(tmp_path, line, sentence):
    with pytest.raises(PolicyRefusedError, match=r"ours\.toml") as refused:
        written(tmp_path, line)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "line",
    [
        "most_rungs = 2.7",
        "most_rungs = true",
        'lease = "soon"',
        'lease = "999999999999999 d"',
        'check_steps = ["1 h"]',
        'check_after_gone = "1 d"',
        'check_after_gone = [["1 d"]]',
        'assess_within = "4 h"',
        'default_legal_class = "dull"',
    ],
)
def test_a_value_of_another_form_is_refused_by_its_name(tmp_path, line):
    with pytest.raises(PolicyRefusedError, match=line.partition(" ")[0]):
        written(tmp_path, line)


def test_all_that_is_wrong_is_named_at_once(tmp_path):
    with pytest.raises(PolicyRefusedError) as refused:
        written(tmp_path, 'lease = "0 s"', "most_rungs = 0")
    assert "lease" in str(refused.value)
    assert "most_rungs" in str(refused.value)


def test_the_bounds_themselves_are_allowed():
    months = [name for name in COUNTS if name.endswith("_by_month")]  # follow one another
    for name, bounds in (DURATIONS | COUNTS).items():
        for value in bounds:
            together = months if name in months else [name]
            asked = replace(Policy(), **dict.fromkeys(together, value))
            assert faults_of(asked) == [], (name, value)


def test_the_months_of_a_report_follow_one_another():
    assert (
        len(faults_of(replace(Policy(), report_frozen_by_month=5, report_signed_by_month=3))) == 1
    )


def test_only_a_demonstration_counts_in_seconds():
    quick = {"removed_after": timedelta(seconds=3), "reminder_after": timedelta(seconds=6)}
    assert len(faults_of(replace(Policy(), **quick))) == 2
    assert faults_of(replace(Policy(name="insecure-demo-ours"), **quick)) == []
    assert faults_of(replace(Policy(name="insecure-demo-ours"), removed_after=timedelta(0))) != []


@given(st.sampled_from(sorted(DURATIONS)), st.timedeltas())
def test_no_duration_outside_its_bounds_passes(name, value):
    least, most = DURATIONS[name]
    assert bool(faults_of(replace(Policy(), **{name: value}))) == (not least <= value <= most)


def test_durations_are_said_as_the_file_writes_them():
    said = [timedelta(seconds=1), timedelta(minutes=10), timedelta(hours=72), timedelta(days=30)]
    assert [in_words(each) for each in said] == ["1 s", "10 min", "72 h", "30 d"]
    assert in_words(timedelta(0)) == "0 s"


def test_the_page_of_settings_says_the_bounds():
    page = (Path(__file__).resolve().parents[3] / "docs/operations/settings.md").read_text()
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    for name, bounds in DURATIONS.items():
        assert " to ".join(in_words(each) for each in bounds) in rows[name], name
    for name, (least, most) in COUNTS.items():
        assert f"| {least} to {most} |" in rows[name], name
