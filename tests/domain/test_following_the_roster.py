# SPDX-License-Identifier: Apache-2.0
"""A node follows its hub, notes what it cannot believe, and is never led back; a hub keeps its roster fresh."""

import json
import shutil
from datetime import datetime, timedelta

import pytest

from havn.cli import checks, worker
from havn.domain.actor import Actor
from havn.domain.jobs import services as jobs
from havn.domain.jobs.models import Job
from havn.domain.members import selectors, services, tasks
from havn.domain.members.clients import join
from havn.domain.members.models import RosterState
from havn.domain.workflow.tasks import hub
from havn.lib import clock
from havn.lib.keyring import Keyring
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance
from tests.support.node import NodeError, new_node

pytestmark = pytest.mark.django_db
US = Actor.operator()


@pytest.fixture
def alliance(tmp_path, settings):
    settings.HAVN_FOLDER = tmp_path / "node"
    found = MadeUpAlliance(tmp_path / "hub")
    found.say(made_up.participant("DK"))
    return found


def joined(alliance, settings):
    join(
        settings.HAVN_FOLDER / "roster",
        first_root=alliance.root,
        hub=str(alliance.repository.folder),
    )


def work(at=None, function=tasks.refresh_roster):
    """Do the work once as the worker does, and return when it is due again."""
    at = at or clock.now()
    tasks.order_refresh(at=at)
    Job.objects.update(due_at=at)
    [job] = jobs.claim(kinds=[tasks.REFRESH_ROSTER], at=at)
    function(job, at, None)
    jobs.finish(job=job, at=at)
    job = Job.objects.get()
    assert job.done_at is None
    return job.due_at


def state():
    return selectors.roster_state(actor=US)


def test_a_node_that_follows_nobody_looks_again_later(alliance, settings):
    at = clock.now()
    assert work(at) == at + settings.HAVN_POLICY.roster_refresh
    assert (state().has_joined, state().last_error) == (False, "")


def test_a_node_follows_its_hub(alliance, settings):
    joined(alliance, settings)
    work()
    assert [each.participant_code for each in selectors.peers(actor=US)] == ["DK"]
    alliance.say(made_up.participant("SE"))
    work()
    assert len(selectors.peers(actor=US)) == 2
    assert state().version == 3


def test_what_cannot_be_believed_is_noted_and_the_roster_in_force_stays(alliance, settings):  # R18
    joined(alliance, settings)
    work()
    before = state()
    alliance.say(made_up.participant("SE"))
    timestamp = alliance.repository.metadata / "timestamp.json"
    good = timestamp.read_bytes()
    timestamp.write_bytes(good.replace(b'"sig":"', b'"sig":"00'))
    work()
    assert state().last_error == "too_few_signatures"
    assert state().version == before.version
    assert state().is_usable(clock.now())
    timestamp.write_bytes(good)
    work()
    assert (state().last_error, state().version) == ("", 3)


def test_a_hub_that_is_away_is_noted(alliance, settings):  # R18
    joined(alliance, settings)
    work()
    shutil.move(alliance.repository.folder, alliance.repository.folder.with_name("away"))
    work()
    assert state().last_error == "missing_file"
    assert state().is_usable(clock.now())


def test_yesterdays_metadata_served_again_is_refused(alliance, settings):  # R13
    joined(alliance, settings)
    work()
    yesterday = alliance.repository.folder.with_name("yesterday")
    shutil.copytree(alliance.repository.folder, yesterday)
    alliance.say(made_up.participant("SE"))
    work()
    shutil.rmtree(alliance.repository.folder)
    shutil.copytree(yesterday, alliance.repository.folder)
    work()
    assert (state().last_error, state().version) == ("rolled_back", 3)


def test_yesterdays_folder_of_the_client_leads_nobody_back(alliance, settings):  # R12 R16
    joined(alliance, settings)
    work()
    folder = settings.HAVN_FOLDER / "roster"
    shutil.copytree(folder, folder.with_name("yesterday's memory"), symlinks=True)
    hub_yesterday = alliance.repository.folder.with_name("hub yesterday")
    shutil.copytree(alliance.repository.folder, hub_yesterday)
    alliance.say(made_up.participant("SE"))
    work()
    # The folder comes from a backup, and the hub of the same day is served with it.
    shutil.rmtree(folder)
    shutil.copytree(folder.with_name("yesterday's memory"), folder, symlinks=True)
    (folder / "hub.json").write_text(json.dumps({"v": 1, "hub": str(hub_yesterday)}))
    work()
    assert (state().last_error, state().version) == ("rolled_back", 3)
    (folder / "hub.json").write_text(json.dumps({"v": 1, "hub": str(alliance.repository.folder)}))
    work()
    assert (state().last_error, len(selectors.peers(actor=US))) == ("", 2)


def test_without_its_memory_a_node_is_led_back_no_further_than_the_database_knows(
    alliance, settings
):  # R16
    joined(alliance, settings)
    yesterday = alliance.repository.folder.with_name("yesterday")
    shutil.copytree(alliance.repository.folder, yesterday)
    alliance.say(made_up.participant("SE"))
    work()
    shutil.rmtree(settings.HAVN_FOLDER / "roster")
    join(settings.HAVN_FOLDER / "roster", first_root=alliance.root, hub=str(yesterday))
    work()
    assert (state().last_error, state().version) == ("rolled_back", 3)


@pytest.fixture
def own_hub(tmp_path, settings):
    """The hub's own folder and online key."""
    settings.HAVN_FOLDER = tmp_path
    settings.HAVN_KEYRING = Keyring(tmp_path / "keys")
    found = MadeUpAlliance(tmp_path / "alliance", at=clock.now())
    settings.HAVN_KEYRING.store("roster-online-key", found.online)
    return found


def test_a_hub_signs_its_roster_anew_once_a_day_and_takes_it_over(own_hub):  # R10
    keep = hub.BACKGROUND_WORK[tasks.REFRESH_ROSTER]
    repository = own_hub.repository
    first = repository.signed_at()
    work(own_hub.at + timedelta(hours=23), keep)
    assert repository.signed_at() == first
    work(own_hub.at + timedelta(hours=25), keep)
    assert repository.signed_at() > first
    assert state().version == 1
    assert state().expires_at == repository.signed_until()


def test_a_hub_without_its_online_key_says_so(own_hub, settings):
    settings.HAVN_KEYRING = Keyring(settings.HAVN_FOLDER / "no keys")
    from havn.lib.keyring import MissingKeyError

    with pytest.raises(MissingKeyError):
        work(own_hub.at + timedelta(days=2), hub.BACKGROUND_WORK[tasks.REFRESH_ROSTER])


def test_a_hub_without_a_roster_waits(tmp_path, settings):
    settings.HAVN_FOLDER = tmp_path
    assert isinstance(work(None, tasks.keep_roster), datetime)
    assert not state().has_joined


def test_the_worker_looks_at_the_roster_for_ever():
    worker.order_roster()
    worker.order_roster()
    assert Job.objects.filter(kind=tasks.REFRESH_ROSTER).count() == 1
    assert tasks.REFRESH_ROSTER in worker.background_work()


@pytest.mark.sqlite_only
def test_a_backup_brings_the_roster_along_and_what_was_seen_of_it(tmp_path):  # R12
    alliance = MadeUpAlliance(tmp_path / "hub")
    alliance.say(made_up.participant("SE"))
    (tmp_path / "root.json").write_bytes(alliance.root)
    node = new_node(tmp_path / "node")
    arguments = (
        "node",
        "join",
        "--root",
        str(tmp_path / "root.json"),
        "--hub",
        str(tmp_path / "hub"),
    )
    node.run(*arguments)
    node.run("keys", "backup", str(tmp_path / "backup.key"))
    node.run("backup", str(tmp_path / "node.backup"), "--with-keys")
    back = tmp_path / "back"
    restored = type(node)(
        folder=back, port=0, environment={**node.environment, "HAVN_DATA": str(back)}
    )
    restored.run("restore", str(tmp_path / "node.backup"), "--key", str(tmp_path / "backup.key"))
    said = json.loads(restored.run("node", "status", "--json"))
    assert (said["version"], said["peers"], said["error"]) == (2, 1, "")
    kept = {
        path.relative_to(node.folder).as_posix()
        for path in (node.folder / "roster").rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != "lock"
    }
    assert len(kept) >= 7
    assert [name for name in kept if not (back / name).is_file()] == []
    # The metadata of before is served again: the restored memory knows better.
    older = MadeUpAlliance(tmp_path / "older")
    shutil.rmtree(tmp_path / "hub")
    shutil.copytree(older.repository.folder, tmp_path / "hub")
    with pytest.raises(NodeError, match="rolled_back"):
        restored.run(*arguments)


def doctor():
    [finding] = checks.check_roster()
    return finding.level


def test_doctor_says_when_the_roster_does_not_hold(alliance, settings):
    assert doctor() == "ok"
    joined(alliance, settings)
    work()
    assert doctor() == "ok"
    services.note_roster_trouble(code="unreachable", actor=US, at=clock.now())
    assert doctor() == "look"
    RosterState.objects.update(expires_at=clock.now() - timedelta(hours=1))
    assert doctor() == "wrong"
