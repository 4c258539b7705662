# SPDX-License-Identifier: Apache-2.0
"""What key holders and office holders do on their own machines: make a key, read, sign; no node, no database."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from havn.cli.endings import CouldNotError, FoundError
from havn.cli.telling import json_option, tell
from havn.lib.encoding import JsonError, strict_json

SHORTEST_PASSPHRASE = 12
_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True, dir_okay=False)
passphrase_option = click.option(
    "--passphrase-file",
    type=_THERE,
    help="A file whose first line opens the key; else it is asked for.",
)


@click.command("holder-key")
@click.argument("file", type=_FILE)
@passphrase_option
@json_option
def holder_key(*, file: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make a key holder's key: FILE opens with a passphrase, FILE.pub is for the secretariat.

    Example: havn alliance holder-key /media/stick/holder.key
    """
    from havn.domain.members.clients import new_holder_key, public_line, tuf_key

    words = _passphrase(passphrase_file, is_new=True)
    pem, public = new_holder_key(words)
    public_file = file.with_name(f"{file.name}.pub")
    if public_file.exists():
        raise CouldNotError(f"{public_file} exists already; name another file.")
    write_new(file, pem)
    write_new(public_file, public_line(public).encode())
    key_id = tuf_key(public).keyid
    tell(
        {"file": str(file), "public_file": str(public_file), "key_id": key_id},
        as_json=as_json,
        lines=[
            f"{file} signs, with its passphrase: keep both, apart, and away from the hub.",
            f"{public_file} goes to the secretariat. The key is called {key_id}.",
        ],
    )


@click.command()
@click.argument("file", type=_THERE)
@click.option("--root", type=_THERE, help="A root that you trust: the proposal must build on it.")
@json_option
def show(*, file: Path, root: Path | None, as_json: bool) -> None:
    """Show what a proposal would change, and who has signed it: read this before you sign.

    Every line is taken from what would be signed, none from what the proposal says of itself.

    Example: havn alliance show admit-se.proposal
    """
    from havn.domain.members.clients import changes_in_words

    proposal = read_proposal(file)
    if root is not None:
        _require_root(proposal, root.read_bytes())
    standings = [_standing(each) for each in proposal.standings()]
    changes = changes_in_words(proposal)
    tell(
        {
            "kind": proposal.kind,
            "made_at": proposal.made_at,
            "changes": changes,
            "signed": standings,
        },
        as_json=as_json,
        lines=[
            f"Proposal `{proposal.kind}` of {proposal.made_at}. It changes:",
            *(f"  {each}" for each in changes),
            *(_standing_line(each) for each in standings),
        ],
    )


@click.command()
@click.argument("file", type=_THERE)
@click.option(
    "--key", "key_file", type=_THERE, required=True, help="Your key, as `holder-key` made it."
)
@passphrase_option
@click.option("--to", type=_FILE, help="Write the signed copy here instead of over FILE.")
@json_option
def sign(
    *, file: Path, key_file: Path, passphrase_file: Path | None, to: Path | None, as_json: bool
) -> None:
    """Sign a proposal with your key, on your own machine; send the file back afterwards.

    Example: havn alliance sign admit-se.proposal --key /media/stick/holder.key
    """
    proposal = read_proposal(file)
    files = attempt(lambda: proposal.sign(private_key_in(key_file, passphrase_file)))
    write_over(to or file, proposal.to_bytes())
    standings = [_standing(each) for each in proposal.standings()]
    tell(
        {"file": str(to or file), "signed_files": list(files), "signed": standings},
        as_json=as_json,
        lines=[f"Signed: {', '.join(files)}.", *(_standing_line(each) for each in standings)],
    )


@click.command()
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_THERE, required=True, help="The office holder's key.")
@click.option(
    "--office", required=True, help="The office that signs, for example `Minister of Justice`."
)
@click.option("--code", default="", help="The country's two letters (first signature only).")
@click.option("--name", default="", help="The country's name (first signature only).")
@click.option("--reference", default="", help="The law or letter (first signature only).")
@click.option(
    "--on", "day", default="", help="The day of accession, like 2026-01-31 (first only)."
)
@click.option(
    "--reservation", default="", help="What the country reserves, in words (first only)."
)
@passphrase_option
@json_option
def accede(
    *, file: Path, key_file: Path, passphrase_file: Path | None, as_json: bool, **given: str
) -> None:
    """Sign the act by which a country accedes; two office holders sign the same FILE one after the other.

    Example: havn alliance accede dk.act --key minister.key --office "Minister of Justice"
    --code DK --name Denmark --reference "Letter 17" --on 2026-01-31
    """
    from havn.domain.members.clients import add_office, new_act

    private = private_key_in(key_file, passphrase_file)
    if file.exists():
        value = attempt(lambda: add_office(read_json(file), private, office=given["office"]))
    else:
        words = {name: given[name] for name in ("code", "name", "reference")}
        if given["reservation"]:
            words["reservation"] = given["reservation"]
        value = attempt(
            lambda: new_act({**words, "on": given["day"]}, private, office=given["office"])
        )
    write_over(file, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())
    offices = [each["office"] for each in value["keys"]]
    tell(
        {"file": str(file), "offices": offices},
        as_json=as_json,
        lines=[f"{file} is signed by: {', '.join(offices)}. Two must sign."],
    )


def attempt(action: Any) -> Any:
    """Return what an action returns; what the ceremony refuses ends the command with its sentence."""
    from havn.domain.members.rules import RosterError

    try:
        return action()
    except RosterError as error:
        raise FoundError(f"{error} [{error.code}]") from error


def read_proposal(file: Path) -> Any:
    """Return the proposal in a file."""
    from havn.domain.members.clients import Proposal

    content = file.read_bytes()
    return attempt(lambda: Proposal.from_bytes(content))


def read_json(file: Path) -> dict[str, Any]:
    """Return the JSON object in a file."""
    try:
        found = strict_json(file.read_bytes())
    except JsonError:
        found = None
    if not isinstance(found, dict):
        raise CouldNotError(f"{file} does not hold a JSON object.")
    return found


def read_text(file: Path) -> str:
    """Return the text in a file."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CouldNotError(f"{file} does not hold text. Name another file.") from None


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, for its owner alone; half a file is never left."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise CouldNotError(f"{path} exists already; name another file.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def write_over(path: Path, content: bytes) -> None:
    """Write a file whole, over an earlier copy of it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    write_new(draft, content)
    draft.replace(path)


def private_key_in(key_file: Path, passphrase_file: Path | None) -> bytes:
    """Return the private half in a key file, which a passphrase opens."""
    from havn.domain.members.clients import open_holder_key

    words = _passphrase(passphrase_file)
    private: bytes = attempt(lambda: open_holder_key(key_file.read_bytes(), words))
    return private


def _passphrase(file: Path | None, *, is_new: bool = False) -> str:
    if file is not None:
        words = (read_text(file).splitlines() or [""])[0]
    else:
        words = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    if is_new and len(words) < SHORTEST_PASSPHRASE:
        raise CouldNotError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters.")
    return str(words)


def _require_root(proposal: Any, root: bytes) -> None:
    base = proposal.base.root.to_bytes() if proposal.base is not None else None
    if base != root:
        raise FoundError("The proposal does not build on that root: do not sign it.")


def _standing(each: Any) -> dict[str, Any]:
    return {
        "file": each.role,
        "signed": list(each.signed),
        "not_yet": list(each.not_yet),
        "missing": each.missing,
    }


def _standing_line(each: dict[str, Any]) -> str:
    signed = ", ".join(key[:16] for key in each["signed"]) or "nobody"
    end = f"{each['missing']} more must sign" if each["missing"] else "enough"
    return f"{each['file']} is signed by {signed}: {end}."
