# SPDX-License-Identifier: Apache-2.0
"""Hosting providers: servers whose pages can be removed, changed, moved and brought back."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from havn.lab.serving import LoopbackServer, QuietAnswerer


@dataclass(frozen=True, slots=True)
class Page:
    """What a host answers: status and headers; the body is always one harmless sentence."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    head_refused: bool = False  # HEAD gets 405, as some servers do

    @classmethod
    def up(cls, tag: str = "one") -> Page:
        """A page that can be reached; another tag is other content."""
        return cls(200, {"Content-Type": "text/html; charset=utf-8", "ETag": f'"{tag}"'})

    @classmethod
    def gone(cls) -> Page:
        """A page that is not there."""
        return cls(404, {"Content-Type": "text/plain"})

    @classmethod
    def challenge(cls) -> Page:
        """A wall that wants to know whether a person asks."""
        return cls(403, {"Content-Type": "text/html", "cf-mitigated": "challenge"})

    @classmethod
    def moved(cls, target: str, status: int = 302) -> Page:
        """A redirect."""
        return cls(status, {"Location": target})


class ProviderServer(LoopbackServer):
    """Serves the pages of all hosts of one provider; a host that is not known answers 404."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.requests: list[tuple[str, str, str]] = []  # method, host, path
        self._pages: dict[tuple[str, str], Page] = {}  # by host and who looks; "" is everybody
        self._views: dict[str, _View] = {}
        self._lock = threading.Lock()

    def put(self, host: str, page: Page, *, to: str = "") -> None:
        """Let the host answer so from now on, to everybody or to one viewer alone."""
        with self._lock:
            self._pages[host, to] = page

    def page(self, host: str, *, to: str = "") -> Page:
        """Return what the host answers to a viewer."""
        with self._lock:
            for_all = self._pages.get((host, ""), Page.gone())
            return self._pages.get((host, to), for_all)

    def start_view(self, viewer: str) -> int:
        """Listen on a port of its own for one viewer, and return the port."""
        view = _View(self, viewer)
        self._views[viewer] = view
        return view.start()

    def stop(self) -> None:
        """Stop listening, to everybody."""
        for view in self._views.values():
            view.stop()
        super().stop()

    def asked_for(self, host: str) -> int:
        """Return how often the host was asked."""
        with self._lock:
            return sum(asked == host for _, asked, _ in self.requests)

    def remember(self, method: str, host: str, path: str) -> None:
        """Keep that a request came."""
        with self._lock:
            self.requests.append((method, host, path))

    def answerer(self) -> type[QuietAnswerer]:
        """Return the class that answers requests."""
        return self.answerer_to("")

    def answerer_to(self, viewer: str) -> type[QuietAnswerer]:
        """Return the class that answers the requests of one viewer."""
        provider = self

        class Answerer(QuietAnswerer):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                """Answer one request."""
                host = (self.headers.get("Host") or "").partition(":")[0].lower()
                provider.remember(self.command, host, self.path)
                page = provider.page(host, to=viewer)
                if self.command == "HEAD" and page.head_refused:
                    self.answer(405, {"Allow": "GET"})
                    return
                self.answer(page.status, page.headers, b"A page of the lab. Nothing to see.\n")

            do_HEAD = do_GET  # noqa: N815

        return Answerer


class _View(LoopbackServer):
    """A provider as one viewer reaches it: sites may show each country something else."""

    def __init__(self, provider: ProviderServer, viewer: str) -> None:
        super().__init__()
        self._provider = provider
        self._viewer = viewer

    def answerer(self) -> type[QuietAnswerer]:
        """Return the class that answers requests."""
        return self._provider.answerer_to(self._viewer)
