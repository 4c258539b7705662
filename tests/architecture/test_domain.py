# SPDX-License-Identifier: Apache-2.0
"""Services, selectors, models and facts of the domain; and each check seen to fail."""

import tomllib

import grimp
import pytest

from tests.architecture import actions, source
from tests.architecture.source import ROOT, Source


@pytest.fixture(scope="module")
def domain():
    return [
        each for each in source.python_files("src/havn/domain/") if "/migrations/" not in each.path
    ]


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("havn", exclude_type_checking_imports=True, cache_dir=None)


@pytest.fixture(scope="module")
def order():
    """The rows of apps of the import contract, uppermost first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    rows = next(
        each["layers"] for each in contracts if each["name"] == "Domain: the order of the apps"
    )
    return [[app.strip(" ()") for app in row.split("|")] for row in rows]


def service(text):
    return [Source("src/havn/domain/cases/services.py", text)]


def test_every_service_is_audited_and_says_who_and_when(domain):
    assert actions.careless_services(domain) == []


def test_the_lists_of_exceptions_name_only_what_exists(domain):
    there = {f"{each.module}.{f.name}" for each in domain for f in actions.public_functions(each)}
    assert sorted({*actions.MACHINERY, *actions.ACTOR_FROM_ELSEWHERE} - there) == []


@pytest.mark.parametrize(
    "broken",
    [
        "def move(*, actor, at): ...",
        "@audit.action('case.moved')\ndef move(actor, at): ...",
        "@audit.action('case.moved')\ndef move(*, at): ...",
        "@audit.action('case.moved')\ndef move(*, actor): ...",
    ],
)
def test_a_careless_service_is_found(broken):
    assert actions.careless_services(service(broken)) != []


def test_a_careful_service_is_not_found():
    assert (
        actions.careless_services(
            service("@audit.action('case.moved')\ndef move(*, actor, at): ...")
        )
        == []
    )


def test_every_selector_says_who_reads(domain):
    assert actions.careless_selectors(domain) == []


@pytest.mark.parametrize("broken", ["def items(*, at): ...", "def items(actor): ..."])
def test_a_careless_selector_is_found(broken):
    assert actions.careless_selectors([Source("src/havn/domain/cases/selectors.py", broken)]) != []


def test_every_event_has_a_writer(domain):
    # Facts: tests/unit/domain/test_facts_page.py lists those that nobody writes yet.
    from havn.domain.ledger.rules import EventKind

    writers = [*domain, *source.python_files("src/havn/web/", "src/havn/cli/")]
    assert actions.unwritten(EventKind.__members__, writers, kind="EventKind") == []


def test_a_fact_that_nobody_writes_is_found():
    assert actions.unwritten(["LOST"], service("FactName.FOUND"), kind="FactName") == ["LOST"]


def test_only_an_apps_own_code_imports_its_models(graph):
    importers = {
        models: graph.find_modules_that_directly_import(models)
        for models in graph.modules
        if models.startswith("havn.domain.") and models.split(".")[3:4] == ["models"]
    }
    assert actions.foreign_imports_of_models(importers) == []


def test_a_foreign_import_of_models_is_found():
    importers = {
        "havn.domain.cases.models": ["havn.domain.cases.services", "havn.domain.takedown.services"]
    }
    assert actions.foreign_imports_of_models(importers) == [
        "havn.domain.takedown.services imports havn.domain.cases.models"
    ]


def test_libraries_are_used_through_their_front_door_only(graph):
    inside = [
        f"{importer} imports {imported}"
        for imported in graph.modules
        if imported.startswith("havn.lib.") and imported.count(".") > 2
        for importer in graph.find_modules_that_directly_import(imported)
        if importer.split(".")[:3] != imported.split(".")[:3]
    ]
    assert inside == []


def foreign_keys():
    from django.apps import apps

    return [
        (
            model._meta.app_label,
            f"{model._meta.label}.{field.name}",
            field.related_model._meta.app_label,
        )
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "concrete", False) and field.is_relation and field.related_model
    ]


def test_foreign_keys_point_down(order):
    assert actions.upward_keys(foreign_keys(), order) == []


def test_an_upward_key_and_one_to_a_neighbour_are_found(order):
    assert actions.upward_keys([("audit", "audit.Entry.person", "accounts")], order) != []
    assert actions.upward_keys([("intake", "intake.Inbox.trace", "tracing")], order) != []
    assert actions.upward_keys([("cases", "cases.Item.organisation", "members")], order) == []


def test_across_apps_nobody_is_reached_from_below():
    from django.apps import apps

    reachable = [
        f"{model._meta.label}.{field.name} needs related_name='+'"
        for model in apps.get_models()
        if model.__module__.startswith("havn.")
        for field in model._meta.local_fields
        if field.is_relation
        and field.related_model._meta.app_label != model._meta.app_label
        and not field.remote_field.hidden
    ]
    assert reachable == []


@pytest.mark.django_db
def test_no_migration_is_missing():
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
