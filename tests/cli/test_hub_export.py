# SPDX-License-Identifier: Apache-2.0
"""The public site as files: complete, resumable, untouched where nothing changed, and gone where it was withdrawn."""

import json

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from havn.cli.endings import CouldNotError
from havn.cli.hub_export import MANIFEST, Answer, asker, export, links_of, path_of
from havn.config.audiences import AUDIENCES
from havn.domain.indicators.rules import DEFINITIONS
from havn.domain.publication.models import PublishedReport
from tests.support.half_year import piece, shown
from tests.support.published import fill

SITE = {
    "/": '<a href="/en/">English</a>',
    "/en/": '<a href="results#top">R</a><a href="https://other.example/x">out</a><a href="/en/?page=2">q</a>',
    "/en/results": '<a href="/data/2025.csv">file</a><link rel="stylesheet" href="/static/a.css">',
    "/data/2025.csv": "a,b\n",
    "/static/a.css": "p{}",
}


class PretendSite:
    """A site in a dictionary that counts who asks."""

    def __init__(self, pages=None):
        self.pages = dict(pages or SITE)
        self.asked = []

    def __call__(self, address):
        self.asked.append(address)
        if address not in self.pages:
            return Answer(404, "text/html", b"")
        is_file = "." in address
        return Answer(200, "text/plain" if is_file else "text/html", self.pages[address].encode())


def run(folder, site, state="one", starts=("/",)):
    said = [outcome for _, outcome in export(folder, ask=site, starts=list(starts), state=state)]
    return said[-1]


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_every_page_that_can_be_reached_is_written_where_a_web_server_finds_it(tmp_path):
    outcome = run(tmp_path / "www", PretendSite())
    assert files(tmp_path / "www") == {
        "index.html": SITE["/"],
        "en/index.html": SITE["/en/"],
        "en/results/index.html": SITE["/en/results"],
        "data/2025.csv": "a,b\n",
        "static/a.css": "p{}",
    }
    assert (outcome.pages, outcome.files, outcome.changed, outcome.failed) == (3, 2, 5, [])


def test_a_second_run_touches_nothing_and_a_change_is_the_only_file_that_is_written(tmp_path):
    site = PretendSite()
    run(tmp_path, site)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}
    again = run(tmp_path, site)
    assert (again.changed, again.kept) == (0, 5)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.html")}
    site.pages["/data/2025.csv"] = "a,b\n1,2\n"
    assert run(tmp_path, site, "two").changed == 1


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    site = PretendSite()
    for count, _ in enumerate(export(tmp_path, ask=site, starts=["/"], state="one"), start=1):
        if count == 3:
            break
    assert len(site.asked) == 3
    with (tmp_path / MANIFEST).open("a") as manifest:
        manifest.write('{"address": "/half')  # what a fall of the machine leaves
    outcome = run(tmp_path, site)
    assert (outcome.resumed, len(site.asked)) == (3, 5)
    assert len(files(tmp_path)) == 5


def test_a_stopped_run_begins_anew_when_the_site_says_something_else(tmp_path):
    site = PretendSite()
    next(export(tmp_path, ask=site, starts=["/"], state="one"))
    site.pages["/"] += "<p>more</p>"
    outcome = run(tmp_path, site, "two")
    assert (outcome.resumed, files(tmp_path)["index.html"]) == (0, site.pages["/"])


def test_what_nothing_leads_to_any_more_is_removed_and_nothing_that_others_wrote(tmp_path):
    site = PretendSite()
    run(tmp_path, site)
    (tmp_path / "robots.txt").write_text("by hand")
    site.pages["/en/results"] = "empty"
    assert run(tmp_path, site, "two").removed == 2
    assert sorted(files(tmp_path)) == [
        "en/index.html",
        "en/results/index.html",
        "index.html",
        "robots.txt",
    ]


def test_nothing_is_removed_while_an_address_gives_no_page(tmp_path):
    site = PretendSite()
    run(tmp_path, site)
    del site.pages["/en/results"]
    outcome = run(tmp_path, site, "two")
    assert (outcome.failed, outcome.removed) == ([("/en/results", 404)], 0)
    assert "en/results/index.html" in files(tmp_path)


def test_a_file_that_somebody_changed_is_written_again(tmp_path):
    run(tmp_path, PretendSite())
    (tmp_path / "en" / "index.html").write_text("forged")
    assert run(tmp_path, PretendSite()).changed == 1
    assert files(tmp_path)["en/index.html"] == SITE["/en/"]


def test_a_folder_with_other_files_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CouldNotError, match="no export wrote"):
        run(tmp_path, PretendSite())
    assert files(tmp_path) == {"mine.txt": "mine"}


def test_an_address_never_leaves_the_folder():
    assert path_of("/en/results", is_page=True) == "en/results/index.html"
    assert path_of("/", is_page=True) == "index.html"
    for address in ("/../x", "/en/..", "/a b", "/a\\b", "/a%2e"):
        with pytest.raises(CouldNotError):
            path_of(address, is_page=False)


def test_links_are_those_of_the_same_site():
    page = '<a href="b">x</a><a href="//other.example/c">y</a><a href="mailto:a@b.example">z</a><img src="/d.svg">'
    assert links_of(page, "/en/a") == ("/en/b", "/d.svg")


@pytest.fixture
def open_connection():
    """Keep the test's connection open between requests, as Django's own client does."""
    request_finished.disconnect(close_old_connections)
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.sqlite_only
@pytest.mark.timeout(400)
@pytest.mark.usefixtures("open_connection")
def test_the_real_site_is_exported_in_both_languages_and_every_link_in_it_leads_to_a_file(
    tmp_path, settings
):
    settings.HAVN_FOLDER = tmp_path / "hub"
    settings.ROOT_URLCONF = "havn.config.urls.hub"
    settings.MIDDLEWARE = AUDIENCES["alliance"].middleware
    settings.ALLOWED_HOSTS = ["alliance.example"]
    some = [each for each in DEFINITIONS if each.id in {"R01", "R05"}]
    fill(["DK", "SE", "MT"], ["2025"], definitions=some, stated=frozenset({"MT"}))
    shown(piece())
    ask = asker(get_wsgi_application(), address="https://alliance.example")
    folder = tmp_path / "www"
    outcome = run(folder, ask, starts=["/", "/en/", "/da/"])
    assert outcome.failed == []
    assert outcome.pages > 60
    pages = list(folder.rglob("index.html"))
    assert "released by nobody" in (folder / "data/members/DK/provisional.csv").read_text()
    assert (folder / "data/periods/2025/figures.csv").read_text().startswith("indicator,")
    for path in pages:
        place = path.parent.relative_to(folder).as_posix()
        address = "/" if place == "." else f"/{place}/"
        for link in links_of(path.read_text(), address):
            here = folder / link.strip("/")
            assert here.is_file() or (here / "index.html").is_file(), (address, link)
    assert "https://alliance.example/" in (folder / "en/updates.atom").read_text()
    PublishedReport.objects.filter(member="SE", year="2025").update(
        is_current=False, state="withdrawn"
    )
    assert run(folder, ask, state="two", starts=["/", "/en/", "/da/"]).changed > 0
    assert json.loads((folder / MANIFEST).read_text().splitlines()[0])["is_finished"]
