# SPDX-License-Identifier: Apache-2.0
"""The lab with inhabitants: what is hosted where, and how each provider treats notices."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from havn.lab import Lab, Page
from havn.lab.people import Notice, ProviderDesk

HOSTS = 12
SLOWLY_SECONDS = 1.0


class InhabitedLab(Lab):
    """A lab whose providers read their mail: A quickly, B only after a reminder."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = ProviderDesk(default=self.as_provider_does)

    def start(self) -> None:
        """Start every server, put a page on every host, and let providers read mail."""
        super().start()
        for key in self.providers:
            for number in range(1, HOSTS + 13):
                self.put(f"item-{number}.provider-{key}.example", Page.up())
        self.mail.readers.append(self.desk.read)

    def stop(self) -> None:
        """Send the inhabitants home and stop every server."""
        self.desk.close()
        super().stop()

    def as_provider_does(self, desk: ProviderDesk, notice: Notice, before: int) -> None:
        """Act as the host's provider does by habit."""
        if "provider-b" in notice.host:
            slowly_after_reminder(self, desk, notice, before)
        else:
            quickly(self, desk, notice, before)


def quickly(lab: Lab, desk: ProviderDesk, notice: Notice, before: int) -> None:
    """Remove the page at once and answer by the link, every time."""
    del before
    lab.put(notice.host, Page.gone())
    desk.answer(notice, "removed")


def slowly_after_reminder(lab: Lab, desk: ProviderDesk, notice: Notice, before: int) -> None:
    """Do nothing at first; after the reminder ask for more, and remove the page all the same."""
    if before == 0:
        return
    desk.answer(notice, "need_more", text="Which page is it? We host many.")
    if not desk.wait(SLOWLY_SECONDS):
        lab.put(notice.host, Page.gone())


def says_not_ours(lab: Lab, desk: ProviderDesk, notice: Notice, before: int) -> None:
    """Say once that somebody else is responsible; who is told next removes it."""
    if before == 0:
        desk.answer(notice, "not_ours", text="This is our reseller's: abuse@reseller.example.")
    else:
        quickly(lab, desk, notice, before)


def serve_lab(path: Path, *, stop: Event) -> None:
    """Run an inhabited lab until told to stop, its map at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with InhabitedLab() as lab:
        lab.write_map(path)
        try:
            stop.wait()
        finally:
            path.unlink(missing_ok=True)
