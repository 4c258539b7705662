# SPDX-License-Identifier: Apache-2.0
"""Another HMA-compatible server on loopback, written apart: a list in memory, compared one by one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(slots=True)
class OtherMatcher:
    """What it holds: (identifier, bank, 64 digits); and how it misbehaves."""

    entries: list[tuple[int, str, str]]
    distance: int = 31
    reply: bytes | None = None
    status: int = 200
    wait: float = 0.0
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, target: str) -> tuple[int, bytes]:
        """Return status and body."""
        self.asked.append(target)
        time.sleep(self.wait)
        if self.reply is not None:
            return self.status, self.reply
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        asked = int(query["signal"], 16)
        near = [
            (identifier, bank, distance)
            for identifier, bank, digits in self.entries
            if (distance := (int(digits, 16) ^ asked).bit_count()) <= self.distance
        ]
        value: Any
        if parts.path == "/m/raw_lookup":
            far = query.get("include_distance") == "true"
            value = {
                "matches": [
                    {"bank_content_id": i, "distance": str(d)} if far else i for i, _, d in near
                ]
            }
        else:
            value = {}
            for identifier, bank, distance in near:
                value.setdefault(bank, []).append(
                    {"bank_content_id": identifier, "distance": str(distance)}
                )
        return self.status, json.dumps(value, indent=2).encode()


@contextmanager
def other_matcher(entries: list[tuple[int, str, str]]) -> Iterator[OtherMatcher]:
    """Run one; yield it with its address."""
    matcher = OtherMatcher(entries)

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = matcher.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    matcher.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield matcher
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
