# SPDX-License-Identifier: Apache-2.0
"""Runs the checks of script/test, three parts at a time, and closes with a table and a count.

A part that cannot run on this machine is printed as NOT RUN with the reason; a skipped test counts
as one that could not run. Exit code 0: all passed; 1: something failed; 2: a part could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import NamedTuple
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support import browser, marks, postgres  # noqa: E402 - the root is on the path only now

BIN = ROOT / ".venv" / "bin"
STAMPS = ROOT / ".deep"
QUICK_SECONDS = 1800
DEEP_SECONDS = 75 * 60
# Most parts wait half of their time, for browsers, servers and leases; the deep ones run alone.
AT_ONCE = 3
DEEP_PARTS = ("loop", "exchange", "results", "matching", "operation")
# What a part measures at its end; the exit code says whether the bounds hold.
BENCHMARKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "loop": (
        ("benchmarks.intake",),
        ("benchmarks.intake", "--database", "postgres"),
    ),
    "exchange": (("benchmarks.feed",), ("benchmarks.alliance",)),
    "results": (("benchmarks.indicators",), ("benchmarks.hub_pages", "--export")),
    "matching": (
        ("benchmarks.matching",),
        ("benchmarks.matching", "--large"),
        ("benchmarks.matching_growth",),
        ("benchmarks.hash",),
        ("benchmarks.scan",),
        ("benchmarks.matcher",),
    ),
}
# What is used where it lies and never part of this tree: pictures of others, and a client of others.
BROUGHT = ("HAVN_PDQ_SAMPLES", "HAVN_HMA_CLIENT")
MOST_LINES = 250
GPL = re.compile(r"\b(A?GPL|GNU General Public|GNU Affero)", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser", re.IGNORECASE)
is_stopped = Event()  # by Ctrl-C


@dataclass(slots=True)
class Outcome:
    """How one part ended."""

    name: str
    passed: int = 0
    failed: int = 0
    missing: str = ""  # why it, or something in it, could not run
    left_out: str = ""  # what only runs where somebody brings it along
    seconds: float = 0.0
    output: str = ""

    @property
    def verdict(self) -> str:
        """Return the word for the table."""
        if self.failed:
            return "FAILED"
        return "NOT RUN" if self.missing else "OK"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the run: what it is called, what it does, what it needs."""

    name: str
    run: Callable[[str], Outcome]
    needs: Callable[[], str] = lambda: ""


def main() -> int:
    """Run what was asked for."""
    names = [part.name for part in QUICK]
    parser = argparse.ArgumentParser(prog="script/test", description=__doc__)
    parser.add_argument("parts", nargs="*", help="parts to run; all of them unless told")
    parser.add_argument("--deep", action="store_true", help="the long counts instead; resumable")
    parser.add_argument("--again", action="store_true", help="with --deep: forget what is done")
    parser.add_argument("--list", action="store_true", help="name the parts and stop")
    arguments = parser.parse_args()
    known = list(DEEP_PARTS) if arguments.deep else names
    if arguments.list:
        print("quick:", *names)
        print("deep: ", *DEEP_PARTS)
        return 0
    unknown = [name for name in arguments.parts if name not in known]
    if unknown:
        print(f"There is no part {unknown[0]!r}; there are: {', '.join(known)}.", file=sys.stderr)
        return 2
    if arguments.deep:
        parts = [deep_part(name, again=arguments.again) for name in arguments.parts or known]
    else:
        parts = [part for part in QUICK if not arguments.parts or part.name in arguments.parts]
    began = time.monotonic()
    outcomes = run_parts(parts, at_once=1 if arguments.deep else AT_ONCE)
    return close(outcomes, seconds=time.monotonic() - began)


def run_parts(parts: list[Part], *, at_once: int) -> list[Outcome]:
    """Run so many parts at a time, begun in their order; Ctrl-C ends what runs and begins no more."""
    with ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(run_part, part) for part in parts]
        try:
            return [each.result() for each in running]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            is_stopped.set()
            raise


def run_part(part: Part) -> Outcome:
    """Run one part, print how it ended, and its output when it did not end well."""
    print(f"{part.name} …", flush=True)
    began = time.monotonic()
    missing = part.needs()
    outcome = Outcome(part.name, missing=missing) if missing else part.run(part.name)
    outcome.seconds = time.monotonic() - began
    told = []
    if outcome.failed:
        lines = outcome.output.splitlines()
        if len(lines) > MOST_LINES:
            told.append(f"(the last {MOST_LINES} of {len(lines)} lines)")
        told += lines[-MOST_LINES:]
    if outcome.missing:
        told.append(f"NOT RUN: {outcome.missing}")
    if outcome.left_out:
        told.append(f"NOT RUN, which is no fault: {outcome.left_out}")
    told.append(f"{part.name}: {outcome.verdict} ({outcome.seconds:.1f} s)\n")
    print("\n".join(told), flush=True)
    return outcome


def close(outcomes: list[Outcome], *, seconds: float) -> int:
    """Print the closing table, how long all took, and the count; return the exit code."""
    width = max(len(outcome.name) for outcome in outcomes)
    for outcome in outcomes:
        count = f"{outcome.passed} passed" + (
            f", {outcome.failed} failed" if outcome.failed else ""
        )
        line = f"{outcome.name:<{width}}  {outcome.verdict:<7}  {outcome.seconds:7.1f} s  {count}"
        print(f"{line}  ({outcome.missing})" if outcome.missing else line)
        if outcome.left_out:
            print(f"{'':<{width}}  NOT RUN, which is no fault: {outcome.left_out}")
    failed = sum(outcome.failed for outcome in outcomes)
    missing = [outcome.name for outcome in outcomes if outcome.missing]
    print(f"{'all':<{width}}  {'':<7}  {seconds:7.1f} s")
    if missing:
        print(f"NOT RUN, wholly or partly: {', '.join(missing)}")
    print(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed")
    if failed:
        return 1
    return 2 if missing else 0


# --- what a part may be ---------------------------------------------------------------------------


def start(
    command: list[str | Path], *, seconds: float, environment: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run a program in its own process group and return exit code and output."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=ROOT,
            env={**own_environment(), "COLUMNS": "110", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = wait_for(process, until=time.monotonic() + seconds)
        if code is None:
            end(process)
            code = 124
            output.write(f"\nStopped after {seconds:.0f} seconds.\n")
        output.seek(0)
        return code, output.read()


def own_environment() -> dict[str, str]:
    """Return the caller's environment, but let Python keep what it compiled: the tests start hundreds of processes."""
    return {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def wait_for(process: subprocess.Popen[bytes], *, until: float) -> int | None:
    """Return the exit code of a program; None where it goes on too long or everything is stopped."""
    while time.monotonic() < until and not is_stopped.is_set():
        try:
            return process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    return process.poll()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program as Ctrl-C does: pytest then stops the nodes and servers that its tests started."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def programs(*commands: list[str | Path]) -> Callable[[str], Outcome]:
    """Return a part that runs programs; each counts as one check."""

    def run(name: str) -> Outcome:
        outcome = Outcome(name)
        for command in commands:
            code, output = start(command, seconds=QUICK_SECONDS)
            if code == 0:
                outcome.passed += 1
            else:
                outcome.failed += 1
                outcome.output += f"$ {' '.join(str(part) for part in command)}\n{output}\n"
        return outcome

    return run


def suite(
    *arguments: str, database: str = "sqlite", seconds: float = QUICK_SECONDS
) -> Callable[[str], Outcome]:
    """Return a part that runs pytest on one of the databases."""

    def run(name: str) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="havn-checks-") as folder:
            report = Path(folder) / "report.xml"
            code, output = start(
                [BIN / "python", "-m", "pytest", "-q", f"--junitxml={report}", *arguments],
                seconds=seconds,
                environment={"HAVN_TEST_DATABASE": database},
            )
            return read_report(name, report=report, code=code, output=output)

    return run


def read_report(name: str, *, report: Path, code: int, output: str) -> Outcome:
    """Return what pytest counted; a run that collected nothing has not run."""
    outcome = Outcome(name, output=output)
    reasons: list[str] = []
    if report.is_file() and report.stat().st_size:
        for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            outcome.failed += failed
            outcome.passed += int(suite.get("tests", 0)) - failed - skipped
            reasons += [str(each.get("message")) for each in suite.iter("skipped")]
    if code == 5 and not outcome.failed:
        outcome.missing = "there are no such tests yet"
    elif code != 0 and not outcome.failed:
        outcome.failed = 1
    brought = {each for each in reasons if any(name in each for name in BROUGHT)}
    outcome.left_out = "; ".join(sorted(brought))
    reasons = [each for each in reasons if each not in brought]
    if reasons and not outcome.missing:
        outcome.missing = f"{len(reasons)} tests skipped: {'; '.join(sorted(set(reasons)))}"
    return outcome


def licences(name: str) -> Outcome:
    """Refuse packages that would bind our users: GPL and AGPL, not the lesser one."""
    code, output = start([BIN / "pip-licenses", "--format=json"], seconds=120)
    if code != 0:
        return Outcome(name, failed=1, output=output)
    bound = [
        f"{each['Name']} {each['Version']}: {each['License']}"
        for each in json.loads(output)
        if GPL.search(each["License"]) and not LESSER.search(each["License"])
    ]
    return Outcome(name, passed=int(not bound), failed=int(bool(bound)), output="\n".join(bound))


# --- what a part may need -------------------------------------------------------------------------


def lacks_postgres() -> str:
    """Return why PostgreSQL cannot be run, or nothing."""
    if postgres.find_programs() is not None:
        return ""
    return f"no PostgreSQL was found. {postgres.HOW_TO_GET}"


def lacks_browser() -> str:
    """Return why no browser can be driven, or nothing."""
    if browser.find_browser() is not None:
        return ""
    return f"no browser was found. {browser.HOW_TO_GET}"


def templates() -> list[str | Path]:
    """Return all page templates, for the template linter."""
    return [str(path) for path in sorted((ROOT / "src").glob("**/templates/**/*.html"))]


def python_of(folder: str) -> list[str | Path]:
    """Return the Python files right in a folder."""
    return sorted((ROOT / folder).glob("*.py"))


RUFF = BIN / "ruff"
ORDINARY = "not deep and not browser and not faults"
APART = ("architecture", "domain", "unit")  # folders that are parts of their own
# Begun in this order: the longest first, so that none of them is left to run alone at the end.
QUICK: list[Part] = [
    Part(
        "tests",
        suite("tests", *(f"--ignore=tests/{name}" for name in APART), "-m", ORDINARY),
    ),
    Part(
        "postgres",
        suite("tests", "-m", f"database and {ORDINARY}", database="postgres"),
        needs=lacks_postgres,
    ),
    Part(
        "faults-postgres",
        suite(*marks.FOLDERS["faults"], "-m", "faults and not deep", database="postgres"),
        needs=lacks_postgres,
    ),
    Part("faults", suite(*marks.FOLDERS["faults"], "-m", "faults and not deep")),
    Part(
        "journeys",
        suite(*marks.FOLDERS["browser"], "-m", "browser and not deep"),
        needs=lacks_browser,
    ),
    Part("unit", suite("tests/unit", "-m", ORDINARY)),
    Part("domain", suite("tests/domain", "-m", ORDINARY)),
    Part("architecture", suite("tests/architecture")),
    Part(
        "types",
        programs(
            [BIN / "mypy"],
            [BIN / "mypy", "--explicit-package-bases", "tests/support", *python_of("script")],
        ),
    ),
    Part(
        "style",
        programs(
            [RUFF, "check", "."],
            [RUFF, "format", "--check", "."],
            [BIN / "djade", "--check", "--target-version", "5.2", *templates()],
        ),
    ),
    Part("imports", programs([BIN / "lint-imports"])),
    Part("licences", licences),
]


# --- the long counts ------------------------------------------------------------------------------


def deep_part(name: str, *, again: bool) -> Part:
    """Return a long part: the tests marked `deep` that say they belong to it, one by one."""

    def run(part_name: str) -> Outcome:
        return run_deep(part_name, again=again)

    return Part(f"deep {name}", run)


class Step(NamedTuple):
    """One long test or benchmark, which runs by itself; what it is called is also how it is remembered."""

    name: str
    run: Callable[[float], Outcome]


def run_deep(part_name: str, *, again: bool) -> Outcome:
    """Run each step of a part; one that passed before on this code is not repeated."""
    name = part_name.removeprefix("deep ")
    outcome = Outcome(part_name)
    deadline = time.monotonic() + DEEP_SECONDS
    tree = tree_digest()
    reasons = [lacks_postgres()] if lacks_postgres() else []
    for step in deep_steps(name):
        stamp = STAMPS / name / hashlib.sha256(f"{tree} {step.name}".encode()).hexdigest()[:24]
        if stamp.exists() and not again:
            print(f"  done before: {step.name}", flush=True)
            outcome.passed += 1
            continue
        left = deadline - time.monotonic()
        if left <= 0 or is_stopped.is_set():
            reasons.append(f"no time was left for {step.name}; run it again")
            continue
        began = time.monotonic()
        ended = step.run(left)
        print(f"  {ended.verdict}: {step.name} ({time.monotonic() - began:.0f} s)")
        print("".join(f"    {line}\n" for line in said(ended.output)), end="", flush=True)
        outcome.passed += ended.passed
        outcome.failed += ended.failed
        outcome.output += ended.output if ended.failed else ""
        if ended.missing:
            reasons.append(ended.missing)
        elif not ended.failed:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(f"{step.name}\n{ended.output[-2000:]}", encoding="utf-8")
    if not (outcome.passed or outcome.failed or reasons):
        reasons.append("there are no such tests yet")
    outcome.missing = "; ".join(dict.fromkeys(reasons))
    return outcome


def deep_steps(name: str) -> Iterator[Step]:
    """Give the steps of a part: its tests on each database, then its benchmarks, while nothing else runs."""
    for database in ("sqlite", "postgres"):
        if database == "postgres" and lacks_postgres():
            continue
        for test in deep_tests(name, database=database):
            yield Step(f"{test} on {database}", partial(run_deep_test, test, database))
    for command in BENCHMARKS.get(name, ()):
        yield Step(" ".join(command), partial(run_benchmark, command))


def run_benchmark(command: tuple[str, ...], seconds: float) -> Outcome:
    """Run a benchmark: it says itself whether its bounds hold, and with 2 that it could not run."""
    code, output = start([BIN / "python", "-m", *command], seconds=seconds)
    told = f"--- Captured stdout ---\n{output}"
    if code == 2:
        return Outcome(command[0], output=told, missing=f"{command[0]}: {output.strip()[-200:]}")
    return Outcome(command[0], passed=int(code == 0), failed=int(code != 0), output=told)


def said(output: str) -> list[str]:
    """Return what a test itself printed: seeds and counts."""
    lines, is_inside = [], False
    for line in output.splitlines():
        if line.startswith(("---", "===")):
            is_inside = "Captured stdout" in line
        elif is_inside:
            lines.append(line)
    return lines


def run_deep_test(test: str, database: str, seconds: float) -> Outcome:
    """Run one deep test by itself."""
    os.environ["HAVN_TEST_PROFILE"] = "deep"
    arguments = (test, "-m", "deep", "-rP", "-p", "no:randomly", "--timeout", f"{seconds:.0f}")
    return suite(*arguments, database=database, seconds=seconds + 30)(test)


def deep_tests(name: str, *, database: str) -> list[str]:
    """Return the deep tests of a part that mean something on this database."""
    chosen = f"deep and part_{name}" + (
        " and (database or faults)" if database == "postgres" else ""
    )
    collect = ["pytest", "tests", "-m", chosen, "--collect-only", "-q", "-p", "no:randomly"]
    _code, output = start(
        [BIN / "python", "-m", *collect],
        seconds=300,
        environment={"HAVN_TEST_DATABASE": database},
    )
    return [line for line in output.splitlines() if line.startswith("tests/") and "::" in line]


def tree_digest() -> str:
    """Return what the code is, so that a changed tree starts the counts anew."""
    found = hashlib.sha256()
    for top in ("src", "tests", "benchmarks", "requirements"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".html", ".toml", ".txt", ".po"}:
                found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
