# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/roster/*.json: one attack on the roster each, from fixed keys and fixed days.

    .venv/bin/python -m tests.vectors.make_roster_vectors

A vector holds the first root that a client was given, and what the hub serves at each of its looks. Every look but the
last succeeds; the last is refused with the error that is named. Paths are below the hub's /roster/.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tuf.api.metadata import Metadata, Root, Timestamp

from havn.domain.members.clients import _signed_files as signed
from havn.domain.members.clients._ceremony import written
from havn.domain.members.clients._holders import signer_of
from havn.domain.members.clients._repository import _hashed
from havn.domain.members.clients._whole_files import write_whole
from havn.domain.members.rules import target_name
from tests.support import roster as made_up
from tests.support.alliance import LATE, MadeUpAlliance, public_half
from tests.support.roster import seed_of
from tests.vectors.writing import Named, texts_of, vectors_of, write

FOLDER = Path(__file__).resolve().parent / "roster"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DK, SE = "participants/DK.json", "participants/SE.json"


class Stage:
    """A hub in a folder, of which copies are taken as a client would see them."""

    def __init__(self, folder: Path) -> None:
        self.alliance = MadeUpAlliance(folder)
        self.folder = folder
        self.first_root = self.alliance.root.decode()
        self.steps: list[dict[str, str]] = []
        self.alliance.say(made_up.participant("DK"))
        self.look()

    def look(self) -> None:
        """Let the client look at what is served now."""
        found = {}
        for path in sorted(self.folder.rglob("*.json")):
            found[path.relative_to(self.folder).as_posix()] = path.read_text(encoding="utf-8")
        self.steps.append(found)

    def path(self, name: str) -> Path:
        """Return where a served file lies."""
        return self.folder / name

    def target(self, name: str) -> Path:
        """Return where a target lies."""
        entry = self.alliance.repository.current().targets.signed.targets[name]
        return self.folder / "targets" / _hashed(name, entry.hashes["sha256"])

    def version(self, role: str) -> int:
        """Return the newest version of a signed file."""
        if role == "timestamp":
            return int(
                json.loads(self.path("metadata/timestamp.json").read_text())["signed"]["version"]
            )
        names = self.path("metadata").glob(f"*.{role}.json")
        return max(int(each.name.split(".")[0]) for each in names)

    def force(
        self, files: dict[str, Any], *, holders: int = 2, names: tuple[str, ...] = ()
    ) -> None:
        """Publish files without asking whether anybody would take them; signed by so many holders."""
        current = self.alliance.repository.current()
        contents = {name: written(value) for name, value in files.items()}
        contents |= dict.fromkeys(names, b"{}\n")
        targets = signed.new_targets(
            current.targets.signed.targets,
            contents,
            version=current.targets.signed.version + 1,
            at=LATE,
        )
        for private in self.alliance.holders[:holders]:
            targets.sign(signer_of(private), append=True)
        for name, content in contents.items():
            entry = targets.signed.targets[name]
            path = (
                self.folder / "targets" / _hashed(name.replace("../", ""), entry.hashes["sha256"])
            )
            write_whole(path, content)
        write_whole(
            self.path(f"metadata/{targets.signed.version}.targets.json"), targets.to_bytes()
        )
        self.alliance.repository._sign(targets, self.alliance.online, at=LATE)

    def sign_timestamp(self, timestamp: Metadata[Timestamp]) -> None:
        """Serve a timestamp that the online key signed."""
        timestamp.sign(signer_of(self.alliance.online))
        write_whole(self.path("metadata/timestamp.json"), timestamp.to_bytes())

    def next_root(self, *, holders: tuple[bytes, ...] | None = None) -> Metadata[Root]:
        """Return the next root, unsigned."""
        keys = holders or tuple(map(public_half, self.alliance.holders))
        return signed.new_root(
            keys, threshold=2, online=public_half(self.alliance.online), version=2, at=LATE
        )


Attack = Callable[[Stage], None]
ATTACKS: dict[str, tuple[str, str, Attack]] = {}


def attack(rule: str, sentence: str, error: str) -> Callable[[Attack], Attack]:
    """Name an attack by its function, with the rule that it breaks."""

    def keep(function: Attack) -> Attack:
        ATTACKS[function.__name__] = (f"{rule}: {sentence}", error, function)
        return function

    return keep


@attack(
    "R2", "Targets are signed by as many key holders as the threshold says.", "too_few_signatures"
)
def too_few_signatures(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE")}, holders=1)


@attack(
    "R4", "A key holder's signature counts once; one that stands twice is no roster.", "unreadable"
)
def one_signature_twice(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE")}, holders=1)
    double(stage)


@attack(
    "R4",
    "A signature counts for the key that made it, whatever it is labelled.",
    "too_few_signatures",
)
def one_signature_under_two_names(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE")}, holders=1)
    double(stage, relabel=signer_of(stage.alliance.holders[1]).public_key.keyid)


def double(stage: Stage, *, relabel: str = "") -> None:
    path = stage.path(f"metadata/{stage.version('targets')}.targets.json")
    value = json.loads(path.read_text())
    again = dict(value["signatures"][0])
    again["keyid"] = relabel or again["keyid"]
    value["signatures"].append(again)
    content = json.dumps(value).encode()
    write_whole(path, content)
    rebind(stage, content)


def rebind(stage: Stage, targets: bytes, *, at: datetime = LATE) -> None:
    """Let snapshot and timestamp name these targets, as a hub that is taken over would."""
    number, version = stage.version("timestamp") + 1, json.loads(targets)["signed"]["version"]
    snapshot = Metadata(
        signed.new_snapshot(targets, targets_version=version, version=number, at=at)
    )
    snapshot.sign(signer_of(stage.alliance.online))
    write_whole(stage.path(f"metadata/{number}.snapshot.json"), snapshot.to_bytes())
    stage.sign_timestamp(
        Metadata(
            signed.new_timestamp(
                snapshot.to_bytes(), snapshot_version=number, version=number, at=at
            )
        )
    )


@attack(
    "R3",
    "A new root is signed by the threshold of the former key holders too.",
    "too_few_signatures",
)
def new_root_by_new_holders_alone(stage: Stage) -> None:
    thieves = [seed_of("thief", number) for number in range(3)]
    root = stage.next_root(holders=tuple(map(public_half, thieves)))
    for private in thieves:
        root.sign(signer_of(private), append=True)
    write_whole(stage.path("metadata/2.root.json"), root.to_bytes())


@attack(
    "R3", "Roots follow one another version by version; an old one is no next one.", "rolled_back"
)
def old_root_as_the_next(stage: Stage) -> None:
    shutil.copy(stage.path("metadata/1.root.json"), stage.path("metadata/2.root.json"))


@attack("R13", "An older timestamp than the one seen is a rollback.", "rolled_back")
def old_timestamp(stage: Stage) -> None:
    before = stage.path("metadata/timestamp.json").read_bytes()
    stage.alliance.say(made_up.participant("SE"))
    stage.look()
    write_whole(stage.path("metadata/timestamp.json"), before)


@attack(
    "R13", "A fresh timestamp over older targets than those seen is a rollback.", "rolled_back"
)
def old_targets_under_a_new_timestamp(stage: Stage) -> None:
    before = stage.path(f"metadata/{stage.version('targets')}.targets.json").read_bytes()
    stage.alliance.say(made_up.participant("SE"))
    stage.look()
    rebind(stage, before)


@attack(
    "R17",
    "A frozen repository expires: who keeps newer files back gains a week at most.",
    "expired",
)
def frozen_repository(stage: Stage) -> None:
    newest = stage.path(f"metadata/{stage.version('targets')}.targets.json").read_bytes()
    rebind(stage, newest, at=LONG_AGO)


@attack("R17", "A root that has expired ends the roster, however fresh the rest is.", "expired")
def expired_root(stage: Stage) -> None:
    root = stage.next_root()
    root.signed.expires = LONG_AGO + timedelta(days=365)
    for private in stage.alliance.holders[:2]:
        root.sign(signer_of(private), append=True)
    write_whole(stage.path("metadata/2.root.json"), root.to_bytes())


@attack("R6", "A participant's file has the digest that was signed.", "altered_target")
def altered_target(stage: Stage) -> None:
    stage.alliance.say(made_up.participant("SE"))
    path = stage.target(SE)
    write_whole(path, path.read_bytes().replace(b"https://se.example", b"https://xx.example"))


@attack("R6", "A participant's file has the length that was signed.", "altered_target")
def shortened_target(stage: Stage) -> None:
    stage.alliance.say(made_up.participant("SE"))
    path = stage.target(SE)
    write_whole(path, path.read_bytes()[:-1])


@attack("R9", "Nobody reads a file beyond the length that was signed.", "too_long")
def lengthened_target(stage: Stage) -> None:
    stage.alliance.say(made_up.participant("SE"))
    path = stage.target(SE)
    write_whole(path, path.read_bytes() + b" ")


@attack("R9", "A timestamp has at most 16,384 bytes.", "too_long")
def endless_timestamp(stage: Stage) -> None:
    path = stage.path("metadata/timestamp.json")
    write_whole(path, path.read_bytes() + b" " * 16_384)


@attack(
    "R6",
    "Snapshot and timestamp belong together: an older snapshot under a new name does not.",
    "mixed_snapshot",
)
def mix_and_match_snapshot(stage: Stage) -> None:
    before = stage.path(f"metadata/{stage.version('snapshot')}.snapshot.json").read_bytes()
    stage.alliance.say(made_up.participant("SE"))
    write_whole(stage.path(f"metadata/{stage.version('snapshot')}.snapshot.json"), before)


@attack(
    "R6",
    "Targets and snapshot belong together: older targets under a new name do not.",
    "mixed_snapshot",
)
def mix_and_match_targets(stage: Stage) -> None:
    before = stage.path(f"metadata/{stage.version('targets')}.targets.json").read_bytes()
    stage.alliance.say(made_up.participant("SE"))
    newest = stage.path(f"metadata/{stage.version('targets')}.targets.json")
    write_whole(newest, before)


@attack("R5", "A file that is named is served.", "missing_file")
def withheld_target(stage: Stage) -> None:
    stage.alliance.say(made_up.participant("SE"))
    stage.target(SE).unlink()


@attack(
    "R8",
    "Targets are called alliance.json or participants/CODE.json and nothing else.",
    "wrong_name",
)
def target_outside_its_folder(stage: Stage) -> None:
    stage.force({}, names=("participants/../../hub.json",))


@attack("R20", "A file says each field once.", "unreadable")
def a_field_twice(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE")})
    say_twice(stage)


@attack("R20", "A file is nested at most 16 deep.", "unreadable")
def nested_too_deeply(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE", accession=made_up.nested(16))})


@attack(
    "R21",
    "A version that is not known is refused before anything else is read.",
    "unknown_version",
)
def unknown_participant_version(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE", v=2, colour="blue")})


@attack(
    "R20",
    "A field that is not known is refused: a misspelt revocation would be lost.",
    "unknown_field",
)
def misspelt_revocation(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["signing_keys"][0] |= {"revokd": True}
    stage.force({SE: value})


@attack(
    "R22", "A participant's file speaks of the participant that it is named after.", "wrong_name"
)
def file_of_another(stage: Stage) -> None:
    stage.force({SE: made_up.participant("NL")})


@attack("R23", "A node belongs to an organisation of the same file.", "unknown_organisation")
def node_of_nobody(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["organisation"] = str(made_up.identifier("organisation", "DK"))
    stage.force({SE: value})


@attack("R24", "A base address begins with https.", "insecure_address")
def plain_address(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["base"] = "http://se.example"
    stage.force({SE: value})


@attack("R25", "A node is in the roster once.", "duplicate_node")
def one_node_twice(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["id"] = str(made_up.identifier("node", "DK"))
    stage.force({SE: value})


@attack("R25", "A key belongs to one node and one use.", "duplicate_key")
def one_key_for_two_nodes(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["log_keys"] = made_up.keys_of("DK")["signing_keys"]
    stage.force({SE: value})


@attack("R27", "An active node has a key of each use that was not revoked.", "no_usable_key")
def revoked_key_still_used(stage: Stage) -> None:
    value = made_up.participant("SE")
    value["nodes"][0]["signing_keys"][0]["revoked"] = True
    stage.force({SE: value})


@attack("R32", "A key is revoked from an instant, in its one written form.", "bad_value")
def revoked_from_a_day(stage: Stage) -> None:
    value = made_up.participant("SE")
    keys = value["nodes"][0]["signing_keys"]
    keys.append({**keys[0], "public": made_up.public_key("signing", SE, 2)})
    keys[0]["revoked"] = "2027-03-01"
    stage.force({SE: value})


@attack("R28", "A legal basis is with another participant of the roster.", "unknown_participant")
def basis_with_nobody(stage: Stage) -> None:
    stage.force({SE: made_up.participant("SE", legal_bases=[made_up.basis("NL")])})


@attack("R29", "One organisation of a participant is the hotline.", "two_hotlines")
def two_hotlines(stage: Stage) -> None:
    value = made_up.participant("SE")
    second = {**value["organisations"][0], "id": str(made_up.identifier("organisation", "second"))}
    value["organisations"].append(second)
    stage.force({SE: value})


def vectors() -> dict[str, dict[str, Any]]:
    """Return every vector by its name."""
    found: list[Named] = []
    for name, (sentence, error, function) in ATTACKS.items():
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(Path(folder) / "hub")
            function(stage)
            stage.look()
        given = {"first_root": stage.first_root, "looks": stage.steps}
        found.append((name, sentence, given, error))
    return vectors_of(found)


def say_twice(stage: Stage) -> None:
    """Sign a file that JSON libraries would not write: one field stands twice in it."""
    current = stage.alliance.repository.current()
    content = current.files[target_name("SE")].replace(b'"v": 1', b'"v": 1, "v": 1', 1)
    targets = signed.new_targets(
        current.targets.signed.targets,
        {SE: content},
        version=current.targets.signed.version + 1,
        at=LATE,
    )
    for private in stage.alliance.holders[:2]:
        targets.sign(signer_of(private), append=True)
    digest = targets.signed.targets[SE].hashes["sha256"]
    write_whole(stage.folder / "targets" / _hashed(SE, digest), content)
    write_whole(stage.path(f"metadata/{targets.signed.version}.targets.json"), targets.to_bytes())
    rebind(stage, targets.to_bytes())


def made() -> dict[str, str]:
    """Return every file's name and text."""
    return texts_of(vectors(), indent=1, is_sorted=False)


if __name__ == "__main__":
    write(FOLDER, made())
