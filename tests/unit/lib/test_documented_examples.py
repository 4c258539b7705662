# SPDX-License-Identifier: Apache-2.0
"""What pages and modules show of the libraries for platforms runs as it stands there."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

PAGES = ("docs/matching.md",)
MODULES = ("havn.lib.matching",)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page_run(page):
    found = doctest.testfile(str(Path(page).resolve()), module_relative=False)
    assert found.attempted
    assert not found.failed


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert not found.failed
