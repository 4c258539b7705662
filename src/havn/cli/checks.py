# SPDX-License-Identifier: Apache-2.0
"""What `havn doctor` looks at: each check yields findings, each finding one sentence."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

from havn.cli import databases, keys, start
from havn.cli.endings import CouldNotError
from havn.cli.restore import RESTORING

# Where 112 is answered and 116 111 is kept for a child helpline: European Union, Iceland, Liechtenstein, Norway.
UNION_AND_AREA = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
LEAST_FREE_BYTES = 1 << 30
LEAST_FREE_SHARE = 0.05
SILENT_AFTER = timedelta(minutes=2)
LISTS_HOLD_FOR = timedelta(days=365)
CLOCK_SLACK = timedelta(minutes=2)
PRIVATE_FOLDERS = ("", "keys", "anchors", "backups")
PRIVATE_FILES = ("*.sqlite3*", "*.json", "*.lock", "anchors/*", "backups/*.backup")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `ok`, worth a `look`, or `wrong`."""

    check: str
    level: str
    sentence: str


def findings_of_node() -> Iterator[Finding]:
    """Yield what is right and wrong with the node as a whole."""
    try:
        start.require_node()
    except CouldNotError as error:
        yield Finding("node", "wrong", str(error))
        return
    yield Finding("node", "ok", f"There is a node in {start.folder()}.")
    yield from check_folders()
    yield from check_key_files()
    yield from check_disk()
    yield from check_migrations()
    yield from check_durability()
    yield from check_clock()
    yield from check_work()
    yield from check_heads()
    yield from check_roster()
    yield from check_settings()
    yield from check_numbers()
    yield from check_node_address()
    yield from check_lists()


def findings_of_process(audience: str) -> Iterator[Finding]:
    """Yield what is right and wrong with one process: its keys, its database role, its disk."""
    yield from check_process_keys(audience)
    yield from check_disk()
    try:
        start.require_node()
    except CouldNotError as error:
        yield Finding("node", "wrong", str(error))
        return
    yield from check_migrations()
    yield from check_durability()
    yield from check_database_role(audience)


def check_process_keys(audience: str) -> Iterator[Finding]:
    """Hold the keys that this process can read against those that its audience needs."""
    from django.conf import settings

    from havn.lib.keyring import Keyring, KeyringError

    needs = import_module("havn.config.audiences").AUDIENCES[audience].needs_of(settings.HAVN_ROLE)
    wrong = []
    for name in sorted(needs | _further(needs)):
        try:
            settings.HAVN_KEYRING.read(name)
        except KeyringError as error:
            wrong.append(str(error))
    for folder in _key_folders():
        wrong += [
            f"This process can read {name} in {folder} and does not need it: give it a folder of its "
            f"own with `havn keys place {audience} FOLDER`, and keep {folder} from it."
            for name in sorted(Keyring(folder).names_readable())
            if _is_too_much(name, needs)
        ]
    yield from (Finding("keys", "wrong", sentence) for sentence in wrong)
    if not wrong:
        yield Finding("keys", "ok", f"This process reads exactly the {len(needs)} keys it needs.")


def _further(needs: frozenset[str]) -> set[str]:
    """Return the further keys beside these in the process's folder: one that is wrong is as bad as the first."""
    from django.conf import settings

    from havn.lib.keyring import key_name

    found = {name: key_name(name) for name in settings.HAVN_KEYRING.names_present()}
    return {name for name, parsed in found.items() if parsed and parsed.plain in needs}


def _is_too_much(name: str, needs: frozenset[str]) -> bool:
    """Tell whether a file is a private key that these do not name, be it the first of its use or a further one."""
    from havn.lib.keyring import key_name

    found = key_name(name)
    return found is not None and not found.kind.is_public and found.plain not in needs


def _key_folders() -> list[Path]:
    """Return every folder that may hold keys: the process's own, the node's, and those placed for others."""
    from django.conf import settings

    own: Path = settings.HAVN_KEYRING.folder
    folders = [own, start.folder() / "keys"]
    for place in (own, start.folder() / "keys"):
        folders += keys.placed_folders(place)
    return list(dict.fromkeys(folder.resolve() for folder in folders))


def check_key_files() -> Iterator[Finding]:
    """Try each key file of the node's own folder, and see whether one is missing."""
    from django.conf import settings

    from havn.lib.keyring import BACKUP_RECIPIENT, LooseKeyError, created_keys

    keyring = settings.HAVN_KEYRING
    missing = sorted(set(created_keys(settings.HAVN_ROLE)) - keyring.names_present())
    for name in sorted(keyring.names_readable()):
        try:
            keyring.read(name)
        except LooseKeyError as error:
            yield Finding("keys", "wrong", str(error))
    if missing:
        yield Finding("keys", "look", f"Not in {keyring.folder}: {', '.join(missing)}.")
    else:
        yield Finding("keys", "ok", "All keys of the node are there.")
    if BACKUP_RECIPIENT not in keyring.names_present():
        yield Finding(
            "backup", "wrong", "There is no backup key: make one with `havn keys backup FILE`."
        )


def check_folders() -> Iterator[Finding]:
    """See that nobody else can enter the node's folders."""
    loose = [
        path
        for path in (start.folder() / name for name in PRIVATE_FOLDERS)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in loose:
        yield Finding("folders", "wrong", f"Others may enter {path}. Run `chmod 0700 {path}`.")
    open_files = [
        path
        for pattern in PRIVATE_FILES
        for path in sorted(start.folder().glob(pattern))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    for path in open_files:
        yield Finding("folders", "wrong", f"Others may open {path}. Run `chmod 0600 {path}`.")
    if not loose and not open_files:
        yield Finding("folders", "ok", "The node's folders and files are closed to others.")
    yield from _left_over()


def _left_over() -> Iterator[Finding]:
    """Name what a killed command left behind."""
    for path in databases.left_copies(start.folder() / "backups"):
        yield Finding(
            "backup",
            "wrong",
            f"A killed backup left {path}, a copy of the database that is not encrypted. Remove it; "
            "the next backup does so too.",
        )
    if (start.folder() / RESTORING).exists():
        yield Finding(
            "restore", "wrong", "A restore was interrupted: run the same `havn restore` again."
        )


def check_disk() -> Iterator[Finding]:
    """See that there is room for what is reported next."""
    usage = shutil.disk_usage(start.folder() if start.folder().exists() else Path.cwd())
    free = f"{usage.free / (1 << 30):.1f} GiB"
    if usage.free < LEAST_FREE_BYTES or usage.free < usage.total * LEAST_FREE_SHARE:
        yield Finding(
            "disk", "wrong", f"Only {free} are free: reports are refused when it is full."
        )
    else:
        yield Finding("disk", "ok", f"{free} are free.")


def check_migrations() -> Iterator[Finding]:
    """See that the tables are those of this program."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{each.app_label} {each.name}" for each, _ in plan[:5])
        yield Finding("tables", "wrong", f"{len(plan)} changes of tables are missing: {names}.")
    else:
        yield Finding("tables", "ok", "The tables are those of this program.")


def check_durability() -> Iterator[Finding]:
    """See that the database answers only after what it was told is on disk."""
    from django.db import connection

    wanted = (
        {"journal_mode": "wal", "synchronous": "2", "secure_delete": "1"}
        if connection.vendor == "sqlite"
        else {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    )
    wrong = []
    with connection.cursor() as cursor:
        for name, value in wanted.items():
            cursor.execute(f"PRAGMA {name}" if connection.vendor == "sqlite" else f"SHOW {name}")
            found = str(cursor.fetchone()[0])
            if found != value:
                wrong.append(f"{name} is {found} instead of {value}")
    if wrong:
        yield Finding(
            "durability", "wrong", f"The database may lose answered reports: {'; '.join(wrong)}."
        )
    else:
        yield Finding("durability", "ok", "The database answers after the disk did.")


def check_database_role(audience: str) -> Iterator[Finding]:
    """Hold role and privileges that PostgreSQL gives the process against those of its audience."""
    from django.conf import settings
    from django.db import connection

    if connection.vendor == "sqlite":
        yield Finding("role", "look", "SQLite has no roles: every process can read all tables.")
        return
    wanted = import_module("havn.config.audiences").AUDIENCES[audience].database_role
    table_of = import_module("havn.config.grants")
    grants = table_of.grants_of(settings.HAVN_ROLE).get(wanted, {})
    columns = table_of.columns_of(settings.HAVN_ROLE).get(wanted, {})
    found, powers, able = databases.own_privileges()
    words = table_of.PRIVILEGES
    meant = {(table, words[letter]) for table, letters in grants.items() for letter in letters}
    meant |= {(f"{table}.{name}", "SELECT") for table, names in columns.items() for name in names}
    wrong = [f"It {power}." for power in powers]
    if able - meant:
        wrong.append(f"It may do more than it should: {_some(able - meant)}.")
    if meant - able:
        wrong.append(f"It may not do what it should: {_some(meant - able)}.")
    if found != wanted or wrong:
        sentence = f"The process signs in as {found}; its role is {wanted}."
        mend = "Run what `havn grants` prints, and sign in with that role."
        yield Finding("role", "wrong", " ".join([sentence, *wrong, mend]))
    else:
        yield Finding("role", "ok", f"The process signs in as {found} and may do what it should.")


def _some(pairs: set[tuple[str, str]]) -> str:
    shown = [f"{privilege} on {table}" for table, privilege in sorted(pairs)[:5]]
    return ", ".join(shown) + (f" and {len(pairs) - 5} more" if len(pairs) > 5 else "")


def check_clock() -> Iterator[Finding]:
    """See that the clock does not run behind what was recorded already."""
    from havn.domain.actor import Actor
    from havn.domain.audit import selectors as audit
    from havn.lib.clock import now

    newest = audit.newest_recorded_at(actor=Actor.operator())
    if newest is not None and newest - now() > CLOCK_SLACK:
        yield Finding(
            "clock", "wrong", f"The clock runs behind: an entry bears {newest:%Y-%m-%d %H:%M} UTC."
        )
    else:
        yield Finding("clock", "ok", f"The clock says {now():%Y-%m-%d %H:%M} UTC.")


def check_work() -> Iterator[Finding]:
    """See that a worker works, and whether work waits for a person."""
    from havn.domain.audit import selectors as audit
    from havn.domain.errors import NotFoundError
    from havn.domain.jobs import selectors as jobs
    from havn.lib.clock import now

    try:
        actor = start.operator()
    except NotFoundError:  # a hub
        from havn.domain.actor import Actor

        actor = Actor.operator()
    oldest = [line.oldest_due_at for line in jobs.waiting_work(actor=actor) if line.oldest_due_at]
    oldest += [at for at in [audit.oldest_unlinked_at(actor=actor)] if at]
    if oldest and now() - min(oldest) > SILENT_AFTER:
        yield Finding(
            "worker",
            "wrong",
            f"Work is due since {min(oldest):%Y-%m-%d %H:%M} UTC: start `havn worker`.",
        )
    else:
        yield Finding("worker", "ok", "No work is overdue.")
    given_up = jobs.given_up_jobs(actor=actor)
    if given_up:
        kinds = ", ".join(sorted({job.kind for job in given_up}))
        yield Finding(
            "jobs", "wrong", f"{len(given_up)} jobs were given up ({kinds}): see the desk."
        )
    else:
        yield Finding("jobs", "ok", "No job waits for a person.")


def check_heads() -> Iterator[Finding]:
    """See how old the last signed head of the audit chain is, and whether entries wait for the next."""
    from havn.domain.actor import Actor
    from havn.domain.audit import selectors as audit
    from havn.lib.clock import now

    link = audit.newest_link(actor=Actor.operator())
    head = audit.newest_head(actor=Actor.operator())
    if head is None:
        level, said = ("wrong" if link else "ok"), "No head of the audit chain is signed yet"
    else:
        minutes = (now() - head[1]) // timedelta(minutes=1)
        said = f"The last head of the audit chain is of {head[1]:%Y-%m-%d %H:%M} UTC"
        said += f", {minutes} minutes ago" if minutes >= 0 else ", after what the clock says"
        is_late = link is not None and link[0] > head[0] and now() - head[1] > SILENT_AFTER
        level = "wrong" if is_late or head[1] - now() > CLOCK_SLACK else "ok"
    waiting = (link[0] if link else 0) - (head[0] if head else 0)
    mend = (
        " Start `havn worker`; if it runs, see its log, and the clock." if level == "wrong" else ""
    )
    yield Finding("heads", level, f"{said}; {max(waiting, 0)} entries came after it.{mend}")


def check_roster() -> Iterator[Finding]:
    """See whether the Alliance's roster still holds: without it nothing is exchanged."""
    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members
    from havn.lib.clock import now

    state = members.roster_state(actor=Actor.operator())
    trouble = f" No newer one could be taken over: {state.last_error}." if state.last_error else ""
    if not state.has_joined:
        level = "look" if trouble else "ok"
        yield Finding("roster", level, f"This node follows no alliance yet.{trouble}")
        return
    is_usable = state.is_usable(now())
    level = "wrong" if not is_usable else "look" if trouble else "ok"
    said = "holds until" if is_usable else "has expired, and nothing is exchanged, since"
    yield Finding("roster", level, f"The roster {said} {state.expires_at:%Y-%m-%d}.{trouble}")


def check_lists() -> Iterator[Finding]:
    """See whether what was copied from the world is less than a year old."""
    from havn.lib.clock import now

    old = [
        f"{name} is of {made_on}: {remedy}"
        for name, made_on, remedy in _lists()
        if made_on is None or now().date() - made_on > LISTS_HOLD_FOR
    ]
    yield from (Finding("lists", "look", sentence) for sentence in old)
    if not old:
        yield Finding("lists", "ok", "The lists about networks are less than a year old.")


def _lists() -> Iterator[tuple[str, date | None, str]]:
    from django.conf import settings

    if settings.HAVN_ROLE == "hub":
        return
    from havn.domain.takedown import rules as takedown
    from havn.domain.tracing import rules as tracing
    from havn.domain.tracing.clients import RegistryFiles

    upgrade = "upgrade Havn, or hold the list against the world again."
    yield "The list of proxies", tracing.PROXIES_CHECKED_ON, upgrade
    yield "The list of parking services", takedown.PARKING_CHECKED_ON, upgrade
    files = RegistryFiles().dataset
    yield f"The registries' country file ({files.name})", files.made_on, "upgrade Havn."


def check_settings() -> Iterator[Finding]:
    """See whether settings of a demonstration are in force."""
    from django.conf import settings

    environment = settings.HAVN_ENVIRONMENT
    if settings.HAVN_POLICY.is_demonstration:
        yield Finding(
            "policy", "look", f"The policy is {settings.HAVN_POLICY_NAME}: time counts in seconds."
        )
    else:
        yield Finding("policy", "ok", f"The policy is {settings.HAVN_POLICY_NAME}.")
    if environment.outside.startswith("insecure"):
        yield Finding("outside", "look", "The outside world is pretended (HAVN_OUTSIDE).")
    if not environment.is_https:
        yield Finding("https", "look", "Cookies travel without https (HAVN_HTTPS is not `yes`).")


def check_node_address() -> Iterator[Finding]:
    """See whether this node checks signatures for the address that the roster gives to others."""
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.errors import NotFoundError
    from havn.domain.members import selectors as members
    from havn.lib.signing import target_uri

    actor = Actor.operator()
    try:
        own = members.node_view(node_id=members.own_node(actor=actor).node_id, actor=actor)
    except NotFoundError:
        return
    if not own.base_address:
        return  # it takes part in no alliance
    named = target_uri(own.base_address, "")
    if named == settings.HAVN_NODE_ADDRESS:
        yield Finding("node address", "ok", f"Other nodes reach this one at {named}.")
    else:
        yield Finding(
            "node address",
            "wrong",
            f"The roster says that other nodes reach this one at {named}, and HAVN_NODE_ADDRESS is "
            f"{settings.HAVN_NODE_ADDRESS or 'not set'}: no request of theirs is believed. Set it for the process of the audience `node`.",
        )


def check_numbers() -> Iterator[Finding]:
    """See whether who is in danger is told numbers that are answered in the node's country."""
    from django.conf import settings

    from havn.domain.actor import Actor
    from havn.domain.members import selectors as members

    if settings.HAVN_ROLE != "node":
        return
    country = members.own_node(actor=Actor.operator()).member_code
    given = settings.HAVN_ENVIRONMENT
    told = f"{settings.HAVN_EMERGENCY_NUMBER} and, for children, {settings.HAVN_HELPLINE}"
    if country in UNION_AND_AREA or (given.emergency_number and given.helpline):
        yield Finding("numbers", "ok", f"Who is in danger is told to call {told}.")
    else:
        yield Finding(
            "numbers",
            "look",
            f"Who is in danger is told to call {told}: numbers of the European Union, where {country} may have others."
            " Set HAVN_EMERGENCY_NUMBER and HAVN_HELPLINE for every process.",
        )
