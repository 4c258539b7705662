# SPDX-License-Identifier: Apache-2.0
"""Small indexes, and requests to the matcher server without a socket."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havn.kit.matcher import Application, Matcher, Settings
from havn.lib.matching import Index


def random_rows(count: int, seed: int) -> NDArray[np.uint8]:
    """Return fingerprints by chance: no two of them are near each other."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def with_flipped(row: NDArray[np.uint8], bits: int) -> str:
    """Return the digits of a fingerprint in which the first so many bits are others."""
    changed = row.copy()
    for bit in range(bits):
        changed[bit // 8] ^= 1 << (bit % 8)
    return changed.tobytes().hex()


def digits(row: NDArray[np.uint8]) -> str:
    """Return the digits of a fingerprint."""
    return row.tobytes().hex()


def small_index(folder: Path, *, count: int = 40, seed: int = 3) -> tuple[Path, NDArray[np.uint8]]:
    """Make an index of two lists, ALLIANCE and then OTHERS, half each; return its path and its fingerprints."""
    rows = random_rows(count, seed)
    lists = (np.arange(count) >= count // 2).astype(np.uint16)
    qualities = np.where(np.arange(count) % 2, 90, 40).astype(np.uint8)
    path = folder / "known.havn-index"
    Index.build(rows, lists=lists, qualities=qualities, list_names=("ALLIANCE", "OTHERS")).save(
        path
    )
    return path, rows


@dataclass(frozen=True, slots=True)
class Told:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class Caller:
    """Asks an application as a server would."""

    def __init__(self, application: Application) -> None:
        """Take the application."""
        self.application = application

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        **headers: str,
    ) -> Told:
        """Send a request; a body that is no bytes travels as JSON."""
        raw = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        place, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": place, "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(raw), **headers,
        }  # fmt: skip
        if raw:
            environ |= {"CONTENT_LENGTH": str(len(raw)), "CONTENT_TYPE": content_type}
        told: dict[str, Any] = {}

        def start_response(status: str, sent: list[tuple[str, str]], *_more: Any) -> Any:
            told.update(status=int(status.split(maxsplit=1)[0]), headers=dict(sent))

        answered = b"".join(self.application(environ, start_response))
        return Told(told["status"], told["headers"], answered)


def caller_of(path: Path, settings: Settings | None = None, **more: Any) -> Caller:
    """Return a caller of a matcher that serves an index, ready at once."""
    matcher = Matcher(path, settings or Settings())
    matcher._ready.set()  # NumPy answers so few without the compiled search
    return Caller(Application(matcher, **more))


def raw_of(signal: str, **more: str) -> str:
    """Return the path of HMA's raw look-up."""
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/m/raw_lookup?signal_type=pdq&signal={signal}{rest}"


def lookup_of(signal: str, **more: str) -> str:
    """Return the path of HMA's look-up by bank."""
    return raw_of(signal, **more).replace("raw_lookup", "lookup")
