# SPDX-License-Identifier: Apache-2.0
"""Documents say all that the code has, and name only what exists; each check is seen to fail."""

import dataclasses
import importlib
import importlib.util
import pkgutil
import re
from pathlib import Path

import pytest

from havn.cli.root import COMMANDS
from script import draw_routes, draw_states
from tests.architecture import actions, papers, source
from tests.architecture.source import ROOT

DOCS = ROOT / "docs"
# Names in Django's settings module that begin with HAVN_ but are no setting of the environment.
NO_SETTING = {
    "HAVN_ENVIRONMENT", "HAVN_KEYRING", "HAVN_POLICY_NAME", "HAVN_FOLDER", "HAVN_WORK",
    "HAVN_TEST",  # the beginning of the names that only tests read
}  # fmt: skip


def read(*names):
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in names)


def documents():
    return {
        path: read(path)
        for path in source.files_of_the_tree()
        if path.endswith(".md") and "/vendor/" not in f"/{path}"
    }


def exists(path):
    return (ROOT / path).exists()


# --- settings


def environment_settings():
    code = [each.text for each in source.python_files("src/", "script/")]
    shell = [read(f"script/{name}") for name in ("setup", "server", "test", "look")]
    support = [each.text for each in source.python_files("tests/support/", "tests/conftest.py")]
    internal = set(
        re.findall(r"^(HAVN_\w+)\s*[:=]", read("src/havn/config/settings.py"), re.MULTILINE)
    )
    return papers.settings_in(
        [*code, *shell, *support], ignored=(internal - {"HAVN_POLICY"}) | NO_SETTING
    )


def test_every_setting_is_documented():
    text = read("docs/operations/settings.md")
    assert papers.missing_names(environment_settings(), text) == []


def test_every_value_of_the_policy_is_documented():
    from havn.domain.cases.rules import Policy

    names = [field.name for field in dataclasses.fields(Policy)]
    assert papers.missing_names(names, read("docs/operations/settings.md")) == []


def test_an_undocumented_setting_is_found():
    settings = papers.settings_in(['os.environ["HAVN_SHINY"]'])
    assert papers.missing_names(settings, "| `HAVN_DATA` | folder |") == ["HAVN_SHINY"]


# --- audit actions


def all_actions():
    import havn.domain

    for module in pkgutil.walk_packages(havn.domain.__path__, "havn.domain."):
        if module.name.split(".")[3:4] in (["services"], ["selectors"]):
            importlib.import_module(module.name)
    from havn.domain.audit.services import ACTIONS

    return set(ACTIONS)


def test_every_audit_action_is_documented_and_every_documented_one_exists():
    text = read("docs/audit-actions.md")
    assert papers.missing_names(all_actions(), text) == []
    assert sorted(papers.first_cells(text) - all_actions()) == []


def test_an_undocumented_audit_action_is_found():
    assert papers.missing_names({"case.vanished"}, "| `case.moved` | moved |") == ["case.vanished"]


def test_every_action_that_is_recorded_is_registered():
    domain = source.python_files("src/havn/domain/")
    assert len(actions.recorded_names(domain)) > 40
    assert actions.unregistered_names(domain, all_actions()) == []


@pytest.mark.parametrize(
    "text",
    [
        'audit.record(action="item.vanished", actor=actor, at=at)',
        '_record("item.vanished", item_id, actor, at)',
    ],
)
def test_an_action_that_is_recorded_past_the_register_is_found(text):
    careless = [source.Source("src/havn/domain/cases/services.py", text)]
    assert actions.unregistered_names(careless, {"item.moved"}) != []


def test_audit_actions_are_area_and_past_participle():
    assert [name for name in all_actions() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", name)] == []


# --- states


def drawing(moves=None):
    from havn.domain.cases.rules import MOVES, Track, states_of

    states = {track.value: states_of(track) for track in Track}
    return draw_states.draw(states, {track.value: (moves or MOVES)[track] for track in Track})


def test_the_drawing_of_the_states_is_true():
    assert read("docs/states.md") == drawing(), "run script/draw-states"


def test_an_undocumented_state_is_found():
    from havn.domain.cases.rules import MOVES, Move, Track

    first = MOVES[Track.POLICE][0]
    widened = Move(Track.POLICE, "taken", "due", first.movers)
    assert drawing({**MOVES, Track.POLICE: (*MOVES[Track.POLICE], widened)}) != drawing()
    more = draw_states.draw({"police": ("none", "lost")}, {"police": ()})
    assert papers.missing_names({"lost"}, more) == []
    assert papers.missing_names({"lost"}, drawing()) == ["lost"]


# --- routes


def test_the_drawing_of_the_routes_is_true():
    assert read("docs/routes.md") == draw_routes.draw(), "run script/draw-routes"


def test_every_audience_with_pages_is_drawn():
    from havn.config.audiences import AUDIENCES

    with_pages = {name for name, each in AUDIENCES.items() if each.has_pages}
    assert with_pages - {"all"} == set(draw_routes.AUDIENCES) - {"hub_desk"}


def test_an_undocumented_route_is_found():
    route = draw_routes.Route("/{lang}/x", ("GET",), roles=None, types=(), most_bytes=0)
    taking = dataclasses.replace(route, types=("image/png",), most_bytes=1)
    assert draw_routes.table([route]) != draw_routes.table([])
    assert draw_routes.table([route]) != draw_routes.table([taking])


# --- data register


def model_fields():
    from django.apps import apps

    return [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if not field.auto_created or field.concrete
    ]


def test_every_model_field_is_in_the_data_register():
    assert papers.register_gaps(model_fields(), read("docs/data-register.md")) == []


REGISTER = """
## cases.Report

| field | class | purpose | legal basis | retention |
| --- | --- | --- | --- | --- |
| `id` | none | names the row | none needed | record |
"""


def test_an_undocumented_model_field_is_found():
    assert papers.register_gaps(["cases.Report.id"], REGISTER) == []
    assert papers.register_gaps(["cases.Report.id", "cases.Report.colour"], REGISTER) != []


def test_a_row_without_field_or_class_is_found():
    assert papers.register_gaps([], REGISTER) != []
    assert (
        papers.register_gaps(["cases.Report.id"], REGISTER.replace("| none |", "| dull |")) != []
    )
    assert papers.register_gaps(["cases.Report.id"], REGISTER.replace("| record |", "| |")) != []


# --- versions


def versions_in_code():
    """Return {(file, constant): value} of every constant that says a version."""
    found = {}
    for each in source.python_files("src/havn/"):
        for name, value in papers.versions_in(each.text):
            found[each.path.removeprefix("src/havn/"), name] = value
    return found


def test_every_version_in_the_code_is_on_the_page_of_versions():
    code = versions_in_code()
    assert len(code) > 15
    assert papers.versions_on(read("docs/protocol/versions.md")) == code


def test_a_version_that_is_not_on_the_page_is_found():
    page = "| `TILE_VERSION` in `lib/feed/_tiles.py` | 1 | a tile | between nodes |"
    assert papers.versions_on(page) == {("lib/feed/_tiles.py", "TILE_VERSION"): "1"}
    code = 'TILE_VERSION = 2\n_VERSION = b"\\x03"\nSPOKEN = Spoken(least=1, most=4)\n'
    assert papers.versions_in(code) == [
        ("TILE_VERSION", "2"), ("_VERSION", "3"), ("SPOKEN", "1 to 4"),
    ]  # fmt: skip


# --- links


def test_every_relative_link_leads_somewhere():
    assert papers.broken_links(documents(), exists=exists) == []


def test_every_file_and_test_that_a_document_names_exists():
    found = papers.broken_references(
        documents(), exists=exists, read=lambda path: (ROOT / path).read_text(encoding="utf-8")
    )
    assert found == []


def test_a_broken_link_and_a_vanished_test_are_found():
    page = {"docs/a.md": "see [b](b.md), [c](../c.md#top), `tests/x.py::test_gone`, `src/gone.py`"}
    there = {"docs/b.md", "tests/x.py"}
    assert papers.broken_links(page, exists=there.__contains__) == [
        "docs/a.md links to ../c.md#top"
    ]
    found = papers.broken_references(
        page, exists=there.__contains__, read=lambda _: "def test_here(): ..."
    )
    assert found == ["docs/a.md names src/gone.py", "docs/a.md names tests/x.py::test_gone"]


def where_things_go():
    """The page's tables and what it says of the workflow; the six file names stand for every app's."""
    text = read("docs/architecture.md")
    return text[text.index("## Where does X go?") :]


def test_every_path_on_the_page_of_the_architecture_exists():
    text = where_things_go()
    assert len(papers.PATH.findall(text)) > 60
    assert papers.missing_paths(text, exists=exists) == []
    loop = re.search(r"What happens next.*?\n\n", read("docs/architecture.md"), re.DOTALL)
    flow = loop[0].replace("\n", " ")
    assert papers.missing_paths(flow, exists=exists) == []


def test_the_limits_on_the_page_of_the_architecture_are_where_it_says():
    row = next(line for line in where_things_go().splitlines() if "how long a text may be" in line)
    code = [path for path in papers.PATH.findall(row) if path.endswith(".py")]
    limits = set(re.findall(r"`(MOST_[A-Z]+)`", row))
    found = re.findall(
        r"^(MOST_[A-Z]+) = ", read(*(f"src/havn/{path}" for path in code)), re.MULTILINE
    )
    assert limits == set(found) != set()


def test_the_list_of_changes_names_every_command():
    commands = re.search(
        r"^- The `havn` command:.*?\.$", read("CHANGELOG.md"), re.DOTALL | re.MULTILINE
    )
    named = {words.split()[0] for words in re.findall(r"`([a-z -]+)`", commands[0])}
    assert set(COMMANDS) <= named


def test_every_app_and_library_is_drawn_on_the_page_of_the_architecture():
    text = read("docs/architecture.md")
    folders = [
        path.name
        for top in ("src/havn/domain", "src/havn/lib")
        for path in (ROOT / top).iterdir()
        if (path / "__init__.py").exists()
    ]
    assert [name for name in folders if not re.search(rf"\b{name}\b", text)] == []


def test_a_path_that_is_gone_is_found():
    there = {"src/havn/web/desk", "src/havn/web/desk/forms.py", "docs/adr"}
    line = "| a | `web/desk/`: `forms.py`, `gone.py`; `docs/adr/`, `docs/gone/`, `lib/gone` |"
    assert papers.missing_paths(line, exists=there.__contains__) == [
        "gone.py",
        "docs/gone/",
        "lib/gone",
    ]


def test_no_document_names_a_folder_of_one_machine():
    words = ("/" + "work/", "/" + "root/", "/" + "home/")
    found = [
        path
        for path in source.files_of_the_tree()
        if Path(path).suffix in {".md", ".py", ".toml", ".html", ".sh", ".po", ""}
        and not source.is_foreign(path)
        and any(
            word in (ROOT / path).read_text(encoding="utf-8", errors="replace") for word in words
        )
    ]
    assert found == []
