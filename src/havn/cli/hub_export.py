# SPDX-License-Identifier: Apache-2.0
"""Writing the whole public site of a hub as files: page after page in-process, resumable, touching only what changed."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from havn.cli.endings import CouldNotError

MANIFEST = ".havn-export.jsonl"
VERSION = 1
NOT_FOUND = "404.html"
_LINKS = {"a": "href", "link": "href", "script": "src", "img": "src"}
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answers to one address."""

    status: int
    content_type: str
    body: bytes

    @property
    def is_page(self) -> bool:
        """Whether it is a page with links."""
        return self.content_type.startswith("text/html")


@dataclass(frozen=True, slots=True)
class Written:
    """One address that was written: to which file, its digest, and where its links lead."""

    address: str
    path: str
    sha256: str
    links: tuple[str, ...]


@dataclass(slots=True)
class Outcome:
    """How an export went."""

    pages: int = 0
    files: int = 0
    changed: int = 0
    kept: int = 0
    removed: int = 0
    resumed: int = 0
    failed: list[tuple[str, int]] = field(default_factory=list)


def asker(application: Callable[..., Any], *, address: str) -> Callable[[str], Answer]:
    """Return what asks the site in this process, as if it stood at the address."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)

    def ask(path: str) -> Answer:
        seen: dict[str, Any] = {}
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": unquote(path).encode().decode("latin-1"), "QUERY_STRING": "",
            "SERVER_NAME": parts.hostname or "", "SERVER_PORT": str(port), "HTTP_HOST": parts.netloc,
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.version": (1, 0), "wsgi.url_scheme": parts.scheme,
            "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": False,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip

        def start(status: str, headers: list[tuple[str, str]], *_rest: object) -> None:
            seen.update(status=int(status[:3]), headers={k.lower(): v for k, v in headers})

        told = application(environ, start)
        try:
            body = b"".join(told)
        finally:
            if hasattr(told, "close"):
                told.close()
        return Answer(seen["status"], seen["headers"].get("content-type", ""), body)

    return ask


def export(
    folder: Path, *, ask: Callable[[str], Answer], starts: list[str], state: str
) -> Iterator[tuple[str, Outcome]]:
    """Write everything that can be reached from the starts; yields each address and how it goes so far.

    What an interrupted run of the same state wrote is taken as it lies. Afterwards the files of earlier runs that
    nothing leads to any more are removed, so that what was withdrawn does not stay.
    """
    earlier, done = _prepare(folder, state)
    outcome = Outcome()
    waiting, known = list(starts), set(starts)
    with (folder / MANIFEST).open("a", encoding="utf-8") as manifest:
        while waiting:
            address = waiting.pop(0)
            written = done.get(address)
            if written is not None and (folder / written.path).is_file():
                outcome.resumed += 1
            else:
                written = _write(folder, address, ask(address), earlier, outcome)
                if written is None:
                    yield address, outcome
                    continue
                manifest.write(json.dumps(_line(written)) + "\n")
                manifest.flush()
            done[address] = written
            fresh = [each for each in written.links if each not in known]
            known.update(fresh)
            waiting += fresh
            outcome.pages += written.path.endswith(".html")
            outcome.files += not written.path.endswith(".html")
            yield address, outcome
    outcome.removed = _finish(
        folder, state, list(done.values()), earlier, is_whole=not outcome.failed
    )


def _prepare(folder: Path, state: str) -> tuple[dict[str, str], dict[str, Written]]:
    """Return the digests of files that earlier runs wrote, and what this state's unfinished run has done."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / MANIFEST
    if not path.is_file():
        if any(folder.iterdir()):
            raise CouldNotError(
                f"{folder} holds files that no export wrote, and they stay. Name an empty folder, or a new one."
            )
        _begin(path, state, {})
        return {}, {}
    lines = _read(path)
    head = lines[0] if lines and "state" in lines[0] else {"state": None, "files": {}}
    done = {
        each["address"]: Written(each["address"], each["path"], each["sha256"], tuple(each["links"]))
        for each in lines[1:]
        if "address" in each
    }  # fmt: skip
    earlier = dict(head["files"]) | {each.path: each.sha256 for each in done.values()}
    if head["state"] == state and not head.get("is_finished"):
        return earlier, done
    _begin(path, state, earlier)
    return earlier, {}


def _read(path: Path) -> list[dict[str, Any]]:
    """Return the lines of the list; what a fall of the machine left half-written at its end counts for nothing."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def _begin(path: Path, state: str, files: dict[str, str], *, is_finished: bool = False) -> None:
    line = {"v": VERSION, "state": state, "is_finished": is_finished, "files": files}
    _put(path, (json.dumps(line) + "\n").encode())


def _write(
    folder: Path, address: str, answer: Answer, earlier: dict[str, str], outcome: Outcome
) -> Written | None:
    if answer.status != 200:
        outcome.failed.append((address, answer.status))
        return None
    path = path_of(address, is_page=answer.is_page)
    digest = hashlib.sha256(answer.body).hexdigest()
    target = folder / path
    if earlier.get(path) == digest and target.is_file() and _digest(target) == digest:
        outcome.kept += 1
    else:
        _put(target, answer.body)
        outcome.changed += 1
    links = links_of(answer.body.decode(), address) if answer.is_page else ()
    return Written(address, path, digest, links)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; everybody may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.chmod(0o644)
    draft.replace(path)


def _finish(
    folder: Path,
    state: str,
    written: list[Written],
    earlier: dict[str, str],
    *,
    is_whole: bool,
) -> int:
    """Remove what earlier runs wrote and nothing leads to any more; write the list anew, as finished."""
    files = {each.path: each.sha256 for each in written}
    gone = sorted(set(earlier) - set(files)) if is_whole else []
    for path in gone:
        (folder / path).unlink(missing_ok=True)
    kept = files if is_whole else earlier | files
    _begin(folder / MANIFEST, state, kept, is_finished=is_whole)
    return len(gone)


def _line(written: Written) -> dict[str, Any]:
    return {
        "address": written.address,
        "path": written.path,
        "sha256": written.sha256,
        "links": list(written.links),
    }


def path_of(address: str, *, is_page: bool) -> str:
    """Return the file under which a web server finds an address: a page is the index of a folder."""
    if not set(address) <= _SAFE or ".." in address:
        raise CouldNotError(
            f"{address} cannot be the name of a file. Tell those who made this page."
        )
    bare = address.strip("/")
    if not is_page:
        return bare
    return f"{bare}/index.html" if bare else "index.html"


def links_of(page: str, address: str) -> tuple[str, ...]:
    """Return where a page's links lead on the same site, without fragments; addresses with a query are left out."""
    reader = _Links()
    reader.feed(page)
    found = []
    for link in reader.found:
        parts = urlsplit(urljoin(address, link))
        is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/")
        if is_own and not parts.query:
            found.append(parts.path)
    return tuple(dict.fromkeys(found))


class _Links(HTMLParser):
    """Collects the addresses that a page names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the address of a link, a style, a script or a picture."""
        value = dict(attrs).get(_LINKS.get(tag, ""))
        if value:
            self.found.append(value)
