# SPDX-License-Identifier: Apache-2.0
"""With the keys that `havn keys place` deals out, and no others, every process does its work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from havn.cli import worker
from havn.config.audiences import AUDIENCES
from havn.domain.audit import selectors as audit
from havn.domain.investigation import selectors as investigation
from havn.domain.takedown import selectors as takedown
from havn.domain.takedown import services as notices
from havn.domain.tracing import selectors as tracing
from havn.domain.workflow.services import casework
from havn.lib.keyring import Keyring
from tests.support.casework import POLICY, SmallNode, assessed, small_node, submitted
from tests.support.node import ROOT, RunningNode, node_environment
from tests.support.outside import HOST

pytestmark = pytest.mark.django_db
APART = ("public", "desk", "worker", "node")


@pytest.fixture
def node() -> SmallNode:
    return small_node()


@pytest.fixture
def holding(settings: Any, tmp_path: Path) -> Callable[[str], None]:
    """Return what gives this process the keys that were placed for an audience, and no others."""
    source = tmp_path / "keys"
    shutil.copytree(settings.HAVN_KEYRING.folder, source)
    settings.HAVN_FOLDER = tmp_path
    environment = node_environment(tmp_path, HAVN_KEYS=str(source))
    command = RunningNode(folder=tmp_path, port=0, environment=environment)
    for name in APART:
        command.run("keys", "place", name, str(tmp_path / name))
        assert Keyring(tmp_path / name).names_present() == AUDIENCES[name].needs

    def hold(name: str) -> None:
        settings.HAVN_KEYRING = Keyring(tmp_path / name)

    return hold


def test_a_report_travels_the_loop_while_each_process_holds_its_own_keys_only(
    node: SmallNode, holding: Callable[[str], None]
) -> None:
    holding("public")
    submitted(node)
    holding("worker")
    node.work()
    holding("desk")
    item_id = assessed(node)
    holding("worker")
    node.work()
    holding("desk")
    package = investigation.package(item_id=item_id, actor=node.investigator, at=node.at)
    assert f"https://{HOST}/item/17" in str(package.payload)
    casework.package_answered(
        item_id=item_id, kind="taken", reference="17", actor=node.investigator, at=node.at
    )
    opened = investigation.reference(item_id=item_id, actor=node.investigator, at=node.at)
    assert opened == "17"
    contact = tracing.contact_of_item(item_id=item_id, actor=node.analyst)
    assert contact is not None
    casework.contact_confirmed(
        item_id=item_id, contact_id=contact.id, actor=node.analyst, at=node.at
    )
    holding("worker")
    node.at += POLICY.notice_after
    node.work()
    notice = takedown.latest_notice(item_id=item_id, actor=node.system)
    assert notice is not None
    link = notices.answer_token(notice_id=notice.id, host=HOST, queued_at=node.at)
    holding("public")
    assert takedown.notice_for_answer(token=link, at=node.at).notice_id == notice.id


def test_the_worker_seals_with_the_keys_that_were_placed_for_it(
    node: SmallNode, holding: Callable[[str], None]
) -> None:
    holding("worker")
    worker.sealer().run_once(at=node.at)
    assert audit.newest_head(actor=node.system) is not None


def test_the_page_of_keys_says_what_each_process_gets() -> None:
    page = (ROOT / "docs/operations/keys.md").read_text(encoding="utf-8")
    columns = ("public", "desk", "worker", "node", "alliance")
    said: dict[str, set[str]] = {name: set() for name in columns}
    for key, *cells in re.findall(
        r"^\| `(.+?)` \|(.*?)\|(.*?)\|(.*?)\|(.*?)\|(.*?)\|", page, re.MULTILINE
    ):
        for name, cell in zip(columns, cells, strict=True):
            if cell.strip() == "yes":
                said[name].add(key)
    assert said == {name: set(AUDIENCES[name].needs) for name in columns}
