# SPDX-License-Identifier: Apache-2.0
"""Checks on source text: what a file may be called, how long it may be and what it may say."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_LINES = 500
MOST_FUNCTION_LINES = 34
MOST_STATEMENTS = 40
CODE = {".py", ".html", ".txt", ".js", ".css", ".scss", ".sh", ""}
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "handler", "misc"}
VAGUE_ARGUMENTS = {"data", "info", "obj"}
PICTURES = {
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".heic", ".heif", ".bmp", ".tif", ".tiff",
    ".ico", ".mp4", ".webm", ".mov", ".avi", ".mkv", ".mpg", ".mpeg", ".m4v", ".3gp", ".jxl",
}  # fmt: skip
PICTURE_BEGINNINGS = (
    b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00",
    b"\x1aE\xdf\xa3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the tree, read as text; `path` is relative to the project's root."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Return the file as Python's syntax tree."""
        return ast.parse(self.text, filename=self.path)

    @property
    def module(self) -> str:
        """Return the dotted name below src."""
        name = self.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
        return name.removesuffix(".__init__")


def files_of_the_tree() -> list[str]:
    """Return every file that is, or could be, committed."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        names = [name for name in done.stdout.decode().split("\0") if name]
        return sorted(name for name in set(names) if (ROOT / name).is_file())
    ignored = {".venv", ".git", "look", ".havn-demo", "__pycache__", "node_modules"}
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.is_file() and not ignored & set(path.relative_to(ROOT).parts)
    )


def python_files(*tops: str) -> list[Source]:
    """Return the Python files below some folders."""
    return [
        Source(name, (ROOT / name).read_text(encoding="utf-8"))
        for name in files_of_the_tree()
        if name.endswith(".py") and name.startswith(tops)
    ]


def is_foreign(path: str) -> bool:
    """Whether a file is somebody else's work, kept unchanged."""
    return (
        "/vendor/" in f"/{path}" or ".min." in path or path.endswith(("havn.css", "havn.rtl.css"))
    )


def too_long(sources: Iterable[Source]) -> list[str]:
    """Return the files over 500 lines."""
    return [
        f"{source.path} has {source.text.count(chr(10))} lines; make it a package of that name"
        for source in sources
        if source.text.count("\n") > MOST_LINES
    ]


def functions(sources: Iterable[Source]) -> Iterator[tuple[Source, ast.FunctionDef]]:
    """Return every function and method."""
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield source, node  # type: ignore[misc]


def length(node: ast.FunctionDef) -> int:
    """Return a function's lines from `def` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def statements(node: ast.FunctionDef) -> int:
    """Return how many statements a function has, those of inner blocks included."""
    return sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1


def share_of_short_functions(sources: Iterable[Source]) -> float:
    """Return which share of the functions is at most 34 lines long."""
    lengths = [length(node) for _, node in functions(sources)]
    return sum(each <= MOST_FUNCTION_LINES for each in lengths) / max(1, len(lengths))


def too_many_statements(sources: Iterable[Source]) -> list[str]:
    """Return the functions with more than 40 statements."""
    return [
        f"{source.path}:{node.lineno} {node.name} has {statements(node)} statements"
        for source, node in functions(sources)
        if statements(node) > MOST_STATEMENTS
    ]


def vague_names(sources: Iterable[Source]) -> list[str]:
    """Return modules, classes, functions and arguments whose name says nothing."""
    found = []
    for source in sources:
        if set(Path(source.path).with_suffix("").parts) & (VAGUE - _words_of_others(source)):
            found.append(f"{source.path}: a module's name says what belongs there")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().split("_")
                if (VAGUE - _words_of_others(source)) & set(words):
                    found.append(f"{source.path}:{node.lineno} {node.name}")
        found += [f"{source.path}: argument {name}" for name in _vague_arguments(source.tree)]
    return found


def _words_of_others(source: Source) -> set[str]:
    """Return vague words that the standard library or Django has put into this file's mouth."""
    if "class DatabaseWrapper(" in source.text:
        return {"base"}
    return {"handler"} if "from http.server import" in source.text else set()


def _vague_arguments(tree: ast.Module) -> list[str]:
    """Return vague arguments; a method of a subclass has the names of what it overrides."""
    overriding = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.bases
        for inner in node.body
    }
    return [
        f"{argument.arg} of {node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node not in overriding
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if argument.arg in VAGUE_ARGUMENTS
    ]


def unlabelled(sources: Iterable[Source]) -> list[str]:
    """Return modules without the SPDX line or without a sentence saying what belongs there."""
    return [
        source.path
        for source in sources
        if source.text.strip()
        and not (
            source.text.startswith(("# SPDX-License-Identifier: Apache-2.0\n", "#!"))
            and ast.get_docstring(source.tree)
        )
        and "/migrations/" not in source.path
    ]


def misnamed_errors(sources: Iterable[Source]) -> list[str]:
    """Return exceptions whose name does not end in Error (warnings: in Warning)."""
    return [
        f"{source.path}:{node.lineno} {node.name}"
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        and any(_name(base).endswith(("Error", "Exception")) for base in node.bases)
        and not node.name.endswith("Error")
    ]


def clock_readings(sources: Iterable[Source]) -> list[str]:
    """Return the places that read a clock; the domain receives `at`."""
    clocks = re.compile(
        r"(?:datetime|date|timezone)\.(?:now|utcnow|today)|localdate|localtime"
        r"|(?:^|\.)time\.(?:time|time_ns|monotonic|monotonic_ns|perf_counter|localtime|gmtime)"
        r"|havn\.lib\.clock|(?:^|\.)clock\.(?:now|monotonic)"
    )
    found = []
    for source in sources:
        for node in ast.walk(source.tree):
            text = ""
            if isinstance(node, ast.Attribute):
                text = ast.unparse(node)
            elif isinstance(node, ast.ImportFrom):
                text = " ".join(f"{node.module}.{alias.name}" for alias in node.names)
            elif (isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}) or (
                isinstance(node, ast.Call) and _name(node.func) == "Now"
            ):
                text = "timezone.now"
            if clocks.search(text):
                found.append(f"{source.path}:{getattr(node, 'lineno', 0)} reads the clock: {text}")
    return found


def hidden_writes(sources: Iterable[Source]) -> list[str]:
    """Return signals and overridden save or delete: what happens is called by name."""
    found = []
    for source in sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(
                ("signals", ".dispatch")
            ):
                found.append(f"{source.path}:{node.lineno} uses signals")
            if isinstance(node, ast.ClassDef) and source.path.startswith("src/havn/domain"):
                found += [
                    f"{source.path}:{inner.lineno} overrides {inner.name}"
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef)
                    and inner.name in {"save", "delete", "bulk_create"}
                ]
    return found


def unescaped(sources: Iterable[Source]) -> list[str]:
    """Return the places that hand text to a page unescaped."""
    marks = re.compile(
        r"\bmark_safe\(|(?<!['\"])\|\s*safe\b|autoescape off|SafeString\(|\|\s*safeseq\b"
    )
    return [
        f"{source.path}:{number}"
        for source in sources
        for number, line in enumerate(source.text.splitlines(), start=1)
        if marks.search(line)
    ]


def pictures(files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return files that are pictures or films, by name or by their first bytes."""
    return [
        path
        for path, beginning in files
        if Path(path).suffix.lower() in PICTURES
        or beginning.startswith(PICTURE_BEGINNINGS)
        or beginning[4:8] == b"ftyp"
        or (beginning[:4] == b"RIFF" and beginning[8:12] in {b"WEBP", b"AVI "})
    ]


def _name(node: ast.expr) -> str:
    return ast.unparse(node).rsplit(".", 1)[-1]
