# SPDX-License-Identifier: Apache-2.0
"""Sets up a throw-away node (folder, keys, database) before Django reads its settings.

HAVN_TEST_DATABASE=postgres runs the tests on a PostgreSQL server of our own; SQLite is a file, so
that tests of concurrency mean something.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.marks import FOLDERS, is_looked_for
from tests.support.staffing import hash_passwords_quickly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker

    from tests.support.postgres import Postgres

ROOT = Path(__file__).resolve().parent.parent
DATABASE = os.environ.get("HAVN_TEST_DATABASE", "sqlite")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_FOLDER = Path(tempfile.mkdtemp(prefix="havn-test-"))
_started: list[Postgres] = []

settings.register_profile(
    "quick", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HAVN_TEST_PROFILE", "quick"))


def _forget_the_callers_node() -> None:
    """Take every setting of a real node out of the environment: tests never touch one."""
    for name in list(os.environ):
        is_ours = name.startswith("HAVN_TEST_") or name in {"HAVN_PDQ_SAMPLES", "HAVN_HMA_CLIENT"}
        if name.startswith("HAVN_") and not is_ours:
            del os.environ[name]


def _make_node() -> None:
    """Make the folder and the keys that the settings ask for."""
    os.environ["HAVN_CACHE"] = str(
        ROOT / ".venv" / "cache"
    )  # compiled kernels, from one run to the next
    os.environ["HAVN_DATA"] = str(_FOLDER)
    os.environ["HAVN_AUDIENCE"] = "all"
    os.environ["DJANGO_SETTINGS_MODULE"] = "havn.config.settings"
    from havn.lib.keyring import CREATED_KEYS, Keyring

    # Whitenoise warns where nothing was collected.
    (_FOLDER / "static" / "all").mkdir(parents=True)
    keyring = Keyring(_FOLDER / "keys")
    for name in CREATED_KEYS:
        keyring.create(name)


def _choose_database() -> None:
    if DATABASE == "sqlite":
        return
    if DATABASE != "postgres":
        pytest.exit("HAVN_TEST_DATABASE is `sqlite` or `postgres`.", returncode=2)
    address = os.environ.get("HAVN_TEST_POSTGRES_ADDRESS")
    if not address:
        from tests.support.postgres import PostgresError, start_postgres

        try:
            server = start_postgres()
        except PostgresError as error:
            pytest.exit(str(error), returncode=2)
        _started.append(server)
        address = os.environ["HAVN_TEST_POSTGRES_ADDRESS"] = server.address("havn")
    os.environ["HAVN_DATABASE"] = address


_forget_the_callers_node()
_make_node()
hash_passwords_quickly()
_choose_database()


def _let_children_be_interrupted() -> None:
    """Take Ctrl-C again where a shell that runs us in the background ignores it: the programs of tests inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Set Django up: the environment above is in force only now.

    The tests' installation has the apps of both roles, so that one database holds the tables of a node and of a hub.
    """
    import django
    from django.conf import settings as django_settings

    _let_children_be_interrupted()
    from havn.config.settings import HUB_APPS, INSTALLED_APPS

    django_settings.INSTALLED_APPS = list(dict.fromkeys([*INSTALLED_APPS, *HUB_APPS]))
    django.setup()


DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the database; leave out what means nothing on this one.

    A deep test that names no part belongs to `loop`. One that no part of script/test would look for is an error.
    """
    foreign = "postgres_only" if DATABASE == "sqlite" else "sqlite_only"
    left_out = [item for item in items if item.get_closest_marker(foreign)]
    items[:] = [item for item in items if item not in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    for item in items:
        used = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or used & DATABASE_FIXTURES:
            item.add_marker("database")
        names = [marker.name for marker in item.iter_markers()]
        if "deep" in names and not any(name.startswith("part_") for name in names):
            item.add_marker("part_loop")
        path = item.path.relative_to(ROOT).as_posix()
        lost = [mark for mark in FOLDERS if mark in names and not is_looked_for(mark, path)]
        if lost and "deep" not in names:
            raise pytest.UsageError(f"{item.nodeid}: script/test looks for {lost} elsewhere.")


def pytest_collection_finish() -> None:
    """Let the collector pass by what stays, instead of looking through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_report_header(config: pytest.Config) -> str:
    """Say on which database the tests run."""
    del config
    return f"database: {DATABASE}, python {sys.version.split()[0]}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started and remove the folder."""
    del config
    from tests.support.postgres import discard

    for server in _started:
        discard(server)
    _started.clear()
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Let the SQLite test database be a file: in memory no two connections see one database."""
    del django_db_modify_db_settings_parallel_suffix
    from django.db import connections

    database: dict[str, Any] = connections["default"].settings_dict
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"]["NAME"] = str(_FOLDER / f"test-{WORKER or 'only'}.sqlite3")


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let what module-wide fixtures put into the database stay until the module's last test.

    It stays in a transaction that is never committed; each test has a savepoint in it, which is rolled back, and takes
    a copy (`deepcopy`) of what is in memory. Not for a module with a test that commits (`transaction=True`), or
    with one that begins with an empty database.
    """
    from django.db import transaction

    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def node_folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder for a test's own node, removed afterwards."""
    folder = tmp_path / "node"
    folder.mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
