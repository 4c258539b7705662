# SPDX-License-Identifier: Apache-2.0
"""`havn hub`: what the operator of a hub does beside serving it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click

from havn.cli import hub_export, hub_office, start
from havn.cli.endings import DONE, FOUND, CouldNotError
from havn.cli.hub_export import Answer, Outcome
from havn.cli.telling import json_option, progress, tell

_FOLDER = click.Path(file_okay=False, path_type=Path)
# Whatever was published, corrected or joined shows on one of these.
SAYS_THE_STATE = ("updates.atom", "", "results", "participants", "results/open-data")


@click.group(epilog="Exit codes: 0 done, 1 refused, 2 it could not be done.")
def command() -> None:
    """Look after a hub.

    Example: havn hub export /srv/www/alliance
    """


for each in (hub_office.own_node, hub_office.office_key):
    command.add_command(each)


@command.command(
    epilog="Exit codes: 0 written, 1 some addresses gave no page, 2 no hub here, or DIR holds other files, 130 stopped."
)
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option(
    "--address",
    default="",
    help="Where the files will be served, like https://alliance.example; else the hub's own address.",
)
@click.option(
    "--anew", is_flag=True, help="Begin from the start, whatever an earlier run has done."
)
@json_option
def export(*, folder: Path, address: str, anew: bool, as_json: bool) -> int:
    """Write the whole public site into DIR: every page in every language, and all open data.

    Any web server can serve the folder. A run that was stopped goes on where it was; files that did not change are not
    touched, and files of earlier runs that nothing leads to any more are removed.

    Example: havn hub export /srv/www/alliance --address https://alliance.example
    """
    start.prepare("alliance")
    from django.conf import settings

    if settings.HAVN_ROLE != "hub":
        raise CouldNotError("This is a node, and no hub: only a hub has a site of the Alliance.")
    start.require_node()
    base = _checked(address or settings.HAVN_NODE_ADDRESS or "http://127.0.0.1")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, urlsplit(base).hostname]
    from django.utils.module_loading import import_string

    application = import_string("havn.config.wsgi.application")  # named, like the settings

    ask = hub_export.asker(application, address=base)
    state = _state(ask, base, anew=anew)
    outcome = Outcome()
    for _address, so_far in progress(
        hub_export.export(folder, ask=ask, starts=_starts(), state=state), label="Pages and files"
    ):
        outcome = so_far
    _tell(folder, outcome, as_json=as_json)
    return FOUND if outcome.failed else DONE


def _starts() -> list[str]:
    """Return the addresses from which everything else is reached; the roster's files are linked from nowhere."""
    from django.conf import settings

    from havn.web.alliance_site import roster

    languages = [f"/{code}/" for code, _name in settings.LANGUAGES]
    return ["/", *languages, "/en/results/open-data", *roster.addresses()]


def _state(ask: Callable[[str], Answer], base: str, *, anew: bool) -> str:
    """Return what the site says now; a run is resumed only while that stays the same."""
    from havn import __version__
    from havn.lib.encoding import uuid4

    said = hashlib.sha256(f"{__version__} {base}".encode())
    for name in SAYS_THE_STATE:
        said.update(ask(f"/en/{name}").body)
    return str(uuid4()) if anew else said.hexdigest()


def _checked(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise CouldNotError(f"{address} is no address like https://alliance.example.")
    return address.rstrip("/")


def _tell(folder: Path, outcome: Outcome, *, as_json: bool) -> None:
    said = (
        f"{folder}: {outcome.pages} pages and {outcome.files} files; {outcome.changed} written, "
        f"{outcome.kept} unchanged, {outcome.resumed} from a run before, {outcome.removed} removed."
    )
    lines = [said]
    lines += [f"{address} answered {status}." for address, status in outcome.failed]
    result = {
        "v": 1,
        "folder": str(folder),
        "pages": outcome.pages,
        "files": outcome.files,
        "written": outcome.changed,
        "unchanged": outcome.kept,
        "resumed": outcome.resumed,
        "removed": outcome.removed,
        "failed": [{"address": address, "status": status} for address, status in outcome.failed],
    }
    tell(result, as_json=as_json, lines=lines)
