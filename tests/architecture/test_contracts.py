# SPDX-License-Identifier: Apache-2.0
"""The import contracts are kept, and each is seen to fail on a tree that breaks it on purpose."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINTER = Path(sys.executable).parent / "lint-imports"
# file to add to, what to add, the contract that must break
VIOLATIONS = {
    "Boxes": ("lib/encoding/__init__.py", "import havn.domain.errors"),
    "Domain: the order of the apps": (
        "domain/cases/services.py",
        "import havn.domain.workflow.rules",
    ),
    "Domain: inside an app": ("domain/cases/selectors.py", "import havn.domain.cases.services"),
    "Domain: rules are pure": ("domain/cases/rules/stage.py", "import django.db"),
    "Domain: what the hub also runs knows no casework": (
        "domain/workflow/services/hub.py",
        "import havn.domain.cases.selectors",
    ),
    "Domain: only background work and the command talk to the outside": (
        "domain/tracing/services.py",
        "import havn.domain.takedown.clients",
    ),
    "Only entry points read the clock": ("domain/cases/services.py", "import havn.lib.clock"),
    "Web reaches the domain through services, selectors and rules": (
        "web/desk/views.py",
        "import havn.domain.cases.models",
    ),
    "Web: audiences are strangers to each other": (
        "web/desk/views.py",
        "import havn.web.public_site.views",
    ),
    "Kit: no Django, no database, no domain": ("kit/scan.py", "import django.http"),
    "Lab: the command only": ("domain/cases/services.py", "import havn.lab"),
    "Lib: no framework": ("lib/sealing/__init__.py", "import django.http"),
    "Lib: the order of the libraries": ("lib/encoding/__init__.py", "import havn.lib.sealing"),
    "Lib: outside lib, front doors only": (
        "domain/cases/services.py",
        "import havn.lib.http._guard",
    ),
}


def lint(folder):
    """Return import-linter's exit code and what it printed."""
    done = subprocess.run(
        [LINTER, "--no-cache", "--config", folder / "pyproject.toml"],
        cwd=folder / "src",
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path):
    """A copy of the package and its contracts that may be broken."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "src" / "havn",
        tmp_path / "src" / "havn",
        ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")],
    )
    make_module(tmp_path / "src", "havn.cli.entry")  # the contracts name it, so it must be there
    return tmp_path


def test_the_contracts_are_kept(copy):
    code, said = lint(copy)
    assert code == 0, said


def test_every_contract_is_broken_once():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    assert [each["name"] for each in contracts if each["name"] not in VIOLATIONS] == []


def test_each_contract_is_broken_by_what_it_is_meant_for(copy):
    for place, line in VIOLATIONS.values():
        path = copy / "src" / "havn" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        for folder in path.relative_to(copy / "src").parents:
            (copy / "src" / folder / "__init__.py").touch()
        make_module(copy / "src", line.removeprefix("import "))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    (copy / "src" / "__init__.py").unlink(missing_ok=True)
    code, said = lint(copy)
    assert code != 0
    kept = [name for name in VIOLATIONS if f"{name} BROKEN" not in said]
    assert kept == [], said


def make_module(top, name):
    """Let a module of ours exist, so that the import is an edge of the graph."""
    if not name.startswith("havn."):
        return
    path = top.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()
    path.with_suffix(".py").touch()
