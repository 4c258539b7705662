# SPDX-License-Identifier: Apache-2.0
"""The hub serves the roster as it lies, a node follows it over guarded requests, and pages say who takes part."""

import pytest
from django.test import Client, override_settings

from havn.config.audiences import AUDIENCES
from havn.domain.actor import Actor
from havn.domain.members import services
from havn.domain.members.clients import GuardedFetcher, TufRoster
from havn.domain.members.rules import RosterError, parse_roster
from havn.lib import clock
from havn.lib.http import GuardedClient, InsecureLoopbackConnector, InsecureWarning
from tests.support import roster as made_up
from tests.support.alliance import MadeUpAlliance
from tests.unit.lib.pretend_world import PUBLIC, PretendResolver

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only]
HUB = "http://example.org"


@pytest.fixture
def alliance(tmp_path, settings):
    settings.HAVN_FOLDER = tmp_path
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    settings.ALLOWED_HOSTS = ["example.org", "testserver"]
    found = MadeUpAlliance(tmp_path / "alliance")
    found.say(made_up.participant("DK"), made_up.participant("SE"))
    return found


@pytest.fixture
def client_of(live_server):
    def build(port=None):
        ports = {f"{PUBLIC}:80": port or live_server.thread.port}
        with pytest.warns(InsecureWarning):
            connector = InsecureLoopbackConnector(PretendResolver(example_org=[PUBLIC]), ports)
        return GuardedClient(connector, agent="Havn test", timeout_seconds=5.0)

    return build


def test_a_node_follows_the_hub_over_guarded_requests(alliance, client_of, tmp_path):  # R11
    roster = TufRoster(
        tmp_path / "node",
        first_root=alliance.root,
        fetcher=GuardedFetcher(client_of(), HUB),
    )
    assert [each.code for each in roster.read().participants] == ["DK", "SE"]
    alliance.say(made_up.participant("NL"))
    assert len(roster.read().participants) == 3


def test_a_hub_that_does_not_answer_is_unreachable(alliance, client_of, tmp_path):  # R11
    roster = TufRoster(
        tmp_path / "node", first_root=alliance.root, fetcher=GuardedFetcher(client_of(port=1), HUB)
    )
    with pytest.raises(RosterError) as refused:
        roster.read()
    assert refused.value.code == "unreachable"


def test_files_are_served_as_they_lie_and_kept_as_long_as_they_hold(alliance):  # R5 R11
    client = Client()
    for path in alliance.repository.folder.rglob("*.json"):
        name = path.relative_to(alliance.repository.folder).as_posix()
        answer = client.get(f"/roster/{name}")
        assert answer.content == path.read_bytes()
        assert answer["Content-Type"] == "application/json"
        is_fresh = "no-cache" in answer["Cache-Control"]
        assert is_fresh == (name == "metadata/timestamp.json")


@pytest.mark.parametrize(
    "name",
    [
        "metadata/lock", "lock", "metadata/99.root.json", "metadata/..%2Flock", "metadata/root.json",
        "targets/alliance.json", "targets/participants/DK.json", "targets/participants/..%2Falliance.json",
        "metadata/.timestamp.json.draft", "metadata/1.root.json%00",
    ],
)  # fmt: skip
def test_nothing_else_of_the_folder_is_served(alliance, name):
    assert Client().get(f"/roster/{name}").status_code == 404


def adopted(*participants):
    roster = parse_roster(made_up.files_of(*participants), mark=made_up.mark())
    services.adopt_roster(roster=roster, actor=Actor.operator(), at=clock.now())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Monday to Friday, 08:00 to 16:00 (Europe/Copenhagen)", "Danish, English", "suspended", "Hotline"]),
        ("da", ["mandag til fredag, 08:00 til 16:00 (Europe/Copenhagen)", "Dansk, Engelsk", "suspenderet"]),
    ],
)  # fmt: skip
def test_the_public_site_says_who_takes_part_and_how_they_are_reached(language, words):
    gone = made_up.participant("SE")
    gone["participant"]["state"] = "suspended"
    adopted(made_up.participant("DK"), gone, made_up.participant("INHOPE"))
    with override_settings(
        ROOT_URLCONF="havn.config.urls.public", MIDDLEWARE=AUDIENCES["public"].middleware
    ):
        page = Client().get(f"/{language}/participants").content.decode()
    for word in [*words, "desk@dk.example", "INHOPE"]:
        assert word.lower() in page.lower(), word
    assert (
        page.count("suspended" if language == "en" else "suspenderet") == 2
    )  # and so is its node
    assert page.index("Denmark") < page.index("INHOPE")


def test_before_an_alliance_nobody_takes_part():
    with override_settings(
        ROOT_URLCONF="havn.config.urls.public", MIDDLEWARE=AUDIENCES["public"].middleware
    ):
        assert "Nobody takes part yet" in Client().get("/en/participants").content.decode()
