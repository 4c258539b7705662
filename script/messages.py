# SPDX-License-Identifier: Apache-2.0
"""Brings the message catalogues up to date with the sentences in code and templates (script/messages).

Needs no system tools: Python is read as a syntax tree, templates through Django's own `templatize`.
New sentences come in untranslated, vanished ones go; what was translated stays.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "havn"
FUNCTIONS = {
    "_": ("singular",),
    "gettext": ("singular",),
    "gettext_lazy": ("singular",),
    "gettext_noop": ("singular",),
    "ngettext": ("singular", "plural"),
    "ngettext_lazy": ("singular", "plural"),
    "pgettext": ("context", "singular"),
    "pgettext_lazy": ("context", "singular"),
    "npgettext": ("context", "singular", "plural"),
    "npgettext_lazy": ("context", "singular", "plural"),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%(?:[sd]|\.\d+f)")
Key = tuple[str, str]


@dataclass(slots=True)
class Message:
    """One sentence of the source."""

    singular: str
    plural: str = ""
    context: str = ""
    places: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        """Return what tells it from others."""
        return (self.context, self.singular)


def main() -> int:
    """Update every catalogue, or with --check only say what is wrong with them."""
    parser = argparse.ArgumentParser(prog="script/messages", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 on gaps")
    arguments = parser.parse_args()
    wanted = collect(PACKAGE)
    gaps = []
    for path in catalogues(PACKAGE):
        if not arguments.check:
            update(path, wanted)
        gaps += find_gaps(path.read_text(encoding="utf-8"), wanted)
    for gap in gaps:
        print(gap)
    print(f"{len(wanted)} sentences, {len(gaps)} gaps")
    return 1 if gaps and arguments.check else 0


def catalogues(package: Path) -> list[Path]:
    """Return the catalogues of the package."""
    return sorted(package.glob("**/locale/*/LC_MESSAGES/*.po"))


def collect(package: Path) -> dict[Key, Message]:
    """Return every sentence to translate in the package's code and templates."""
    found: dict[Key, Message] = {}
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package).as_posix()
        if path.suffix == ".py":
            messages = in_python(path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            messages = in_template(path.read_text(encoding="utf-8"))
        else:
            continue
        for message in messages:
            known = found.setdefault(message.key, message)
            known.plural = known.plural or message.plural
            known.places.add(place)
    return found


def in_python(text: str) -> Iterator[Message]:
    """Yield the sentences of a Python module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            message = of_call(node)
            if message is not None:
                yield message


def of_call(node: ast.Call) -> Message | None:
    """Return the sentence that a call of gettext holds, if it is one."""
    name = ast.unparse(node.func).rsplit(".", 1)[-1]
    words = FUNCTIONS.get(name, ())
    values: dict[str, str] = {}
    for word, argument in zip(words, node.args, strict=False):
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            return None
        values[word] = argument.value
    if not values.get("singular"):
        return None
    return Message(
        values["singular"], plural=values.get("plural", ""), context=values.get("context", "")
    )


def in_template(text: str) -> Iterator[Message]:
    """Yield the sentences of a template."""
    from django.utils.translation.template import templatize

    code = templatize(text)
    for match in re.finditer(r"\b(?:n?p?gettext|_)\(", code):
        for end in (each.end() for each in re.finditer(r"\)", code[match.start() :])):
            try:
                call = ast.parse(code[match.start() : match.start() + end], mode="eval").body
            except SyntaxError:
                continue
            message = of_call(call) if isinstance(call, ast.Call) else None
            if message is not None:
                yield message
            break


def update(path: Path, wanted: dict[Key, Message]) -> None:
    """Write the catalogue anew: sorted by sentence, without line numbers, so that diffs are small."""
    old = polib.pofile(str(path), wrapwidth=100)
    known = {(entry.msgctxt or "", entry.msgid): entry for entry in old if not entry.obsolete}
    new = polib.POFile(wrapwidth=100)
    new.metadata, new.header = old.metadata, old.header
    for key in sorted(wanted, key=lambda each: (each[1].lower(), each)):
        message = wanted[key]
        entry = known.get(key) or polib.POEntry(msgid=message.singular)
        entry.msgctxt = message.context or None
        if message.plural and entry.msgid_plural != message.plural:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: "", 1: ""}
        entry.occurrences = [(place, "") for place in sorted(message.places)]
        new.append(entry)
    text = str(new)
    if path.read_text(encoding="utf-8").rstrip("\n") != text.rstrip("\n"):
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def find_gaps(catalogue: str, wanted: dict[Key, Message]) -> list[str]:
    """Return what is missing, untranslated, doubtful or spoilt in a catalogue."""
    entries = {
        (entry.msgctxt or "", entry.msgid): entry
        for entry in polib.pofile(catalogue)
        if not entry.obsolete
    }
    gaps = [f"not in the catalogue: {key[1]!r}" for key in wanted if key not in entries]
    for key, entry in entries.items():
        if key not in wanted:
            gaps.append(f"no longer in the source: {key[1]!r}")
            continue
        texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if not texts or not all(texts):
            gaps.append(f"not translated: {key[1]!r}")
        elif entry.fuzzy:
            gaps.append(f"doubtful (fuzzy): {key[1]!r}")
        elif any(placeholders(text) != placeholders(entry.msgid) for text in texts[-1:]):
            gaps.append(f"other placeholders than the source: {key[1]!r}")
    return gaps


def placeholders(text: str) -> list[str]:
    """Return the placeholders of a sentence, sorted."""
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text))


if __name__ == "__main__":
    sys.exit(main())
