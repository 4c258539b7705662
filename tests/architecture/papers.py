# SPDX-License-Identifier: Apache-2.0
"""Checks on the documents: what the code has must stand in them, and what they name must exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

CLASSES = {"none", "operational", "personal", "special", "secret"}
SETTING = re.compile(r"(?<![A-Z_])HAVN_[A-Z][A-Z_]*[A-Z]")
LINK = re.compile(r"\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
NAMED_TEST = re.compile(r"`(tests/[\w/.-]+\.py)(?:::(\w+))?`")
TOPS = ("src/", "script/", "tests/", "docs/", "benchmarks/", "vendor/", "deploy/")
PATH = re.compile(r"`([a-z][\w.-]*(?:/[\w.-]+)*/?)`")
SIX = {f"{name}.py" for name in ("rules", "models", "selectors", "services", "clients", "tasks")}
NAMED_FILE = re.compile(r"`((?:src|script|tests|docs|benchmarks|vendor)/[\w/.-]+)`")


def missing_names(names: Iterable[str], text: str) -> list[str]:
    """Return the names that do not stand in a document in backticks."""
    written = set(re.findall(r"`([^`\n]+)`", text))
    return sorted(set(names) - written)


def first_cells(text: str) -> set[str]:
    """Return the names in backticks that open the rows of a document's tables."""
    return set(re.findall(r"^\|\s*`([^`\n]+)`", text, re.MULTILINE))


def register(text: str) -> dict[str, list[str]]:
    """Return the data register as {app.Model.field: the other cells of its row}."""
    rows: dict[str, list[str]] = {}
    model = ""
    for line in text.splitlines():
        heading = re.match(r"#{2,4}\s+`?([a-z_]+\.[A-Za-z]+)`?\s*$", line)
        if heading:
            model = heading[1]
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        name = re.fullmatch(r"`(\w+)`", cells[0])
        if line.startswith("|") and name and model:
            rows[f"{model}.{name[1]}"] = cells[1:]
    return rows


def register_gaps(fields: Iterable[str], text: str) -> list[str]:
    """Return fields without a row, rows without a field, and rows that are not filled in."""
    rows, known = register(text), set(fields)
    unlisted = [f"{name} is not in the register" for name in sorted(known - set(rows))]
    ghosts = [
        f"{name} is in the register, but there is no such field"
        for name in sorted(set(rows) - known)
    ]
    careless = [
        f"{name} needs a class ({', '.join(sorted(CLASSES))}), purpose, legal basis and retention"
        for name, cells in sorted(rows.items())
        if len(cells) != 4 or cells[0].strip("*") not in CLASSES or not all(cells)
    ]
    return unlisted + ghosts + careless


VERSION = re.compile(r"""^(_?(?:[A-Z]+_)*VERSION) = b?"?(?:\\x0)?(\d+)"?(?:\s|$)""", re.MULTILINE)
SPOKEN = re.compile(r"^(SPOKEN) = Spoken\(least=(\d+), most=(\d+)\)", re.MULTILINE)
VERSION_ROW = re.compile(
    r"^\| `(\w+)` in `([\w/.]+)` \| (\d+(?: to \d+)?) \| \S.* \| \S.* \|$", re.MULTILINE
)


def versions_in(text: str) -> list[tuple[str, str]]:
    """Return the constants of a module that say a version, with their values."""
    spoken = [(name, f"{least} to {most}") for name, least, most in SPOKEN.findall(text)]
    return VERSION.findall(text) + spoken


def versions_on(page: str) -> dict[tuple[str, str], str]:
    """Return what the page of versions says of each constant, by file and name."""
    return {(path, name): value for name, path, value in VERSION_ROW.findall(page)}


def settings_in(texts: Iterable[str], *, ignored: Iterable[str] = ()) -> set[str]:
    """Return the environment settings (HAVN_...) that some texts name."""
    found = {name for text in texts for name in SETTING.findall(text)}
    return found - set(ignored)


def broken_links(documents: Mapping[str, str], *, exists: Callable[[str], bool]) -> list[str]:
    """Return relative links of documents that lead nowhere."""
    found = []
    for path, text in documents.items():
        for target in LINK.findall(_without_code(text)):
            if re.match(r"[a-z]+:|#", target):
                continue
            place = _resolve(PurePosixPath(path).parent, target.partition("#")[0])
            if not exists(place):
                found.append(f"{path} links to {target}")
    return found


def broken_references(
    documents: Mapping[str, str],
    *,
    exists: Callable[[str], bool],
    read: Callable[[str], str],
) -> list[str]:
    """Return files and tests that documents name in backticks and that do not exist."""
    found = []
    for path, text in documents.items():
        names = NAMED_FILE.findall(text)
        found += [f"{path} names {name}" for name in names if not exists(name.rstrip("/."))]
        for target, name in NAMED_TEST.findall(text):
            if (
                name
                and exists(target)
                and not re.search(rf"\b(?:def|class) {name}\b", read(target))
            ):
                found.append(f"{path} names {target}::{name}")
    return found


def missing_paths(text: str, *, exists: Callable[[str], bool]) -> list[str]:
    """Return the paths in backticks (whole, or below src/havn) that are not there.

    The name of a Python file standing alone lies in the folder named before it in the same line; one
    of the six without a folder before it means that of any app.
    """
    found = []
    for line in text.splitlines():
        folder = ""
        for name in PATH.findall(line):
            places = [name] if name.startswith(TOPS) else [f"src/havn/{name}", folder + name]
            is_name = "/" not in name
            if is_name and (not name.endswith(".py") or (not folder and name in SIX)):
                continue
            if not any(exists(place.rstrip("/")) for place in places):
                found.append(name)
            elif name.endswith("/") and exists(f"src/havn/{name}".rstrip("/")):
                folder = f"src/havn/{name}"
    return found


def _without_code(text: str) -> str:
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def _resolve(folder: PurePosixPath, target: str) -> str:
    parts: list[str] = []
    for part in (folder / target).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
