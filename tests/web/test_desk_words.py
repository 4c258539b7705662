# SPDX-License-Identifier: Apache-2.0
"""Every code that a page of the desk may show has words, in both languages; each list is read from the code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import polib
import pytest
from django.utils import translation

import havn.domain
from havn.domain.actor import Role
from havn.domain.assessment import rules as assessment
from havn.domain.audit.services import ACTIONS
from havn.domain.cases import rules as cases
from havn.domain.investigation.rules import NotActionable, RankReason
from havn.domain.jobs.rules import NEVER_ENDED
from havn.domain.takedown.rules import Agreement, AnswerKind, AskState, LookRefusal
from havn.domain.workflow.tasks import casework, hub
from havn.web.desk.casework import code_words, words

SOURCE = Path(havn.domain.__file__).resolve().parent.parent
TRACKS = {track.value: set(cases.states_of(track)) for track in cases.Track}


def actions() -> set[str]:
    for module in pkgutil.walk_packages(havn.domain.__path__, "havn.domain."):
        if module.name.split(".")[3:4] in (["services"], ["selectors"]):
            importlib.import_module(module.name)
    return {name for name in ACTIONS if not code_words.is_bookkeeping(name)}


def literals(pattern: str, *paths: str) -> set[str]:
    texts = [(SOURCE / path).read_text(encoding="utf-8") for path in paths]
    return {code for text in texts for code in re.findall(pattern, text)}


def http_failures() -> set[str]:
    files = [path.relative_to(SOURCE) for path in (SOURCE / "lib/http").glob("*.py")]
    return literals(
        r'(?:PeerError|RouteError|failure = |failure=)\(?"([a-z_]+)"', *map(str, files)
    )


def mail_failures() -> set[str]:
    of_nodes = {*code_words.VANTAGE_FAILURES, *code_words.FAILURES}
    return literals(r'"([a-z]+_[a-z_]+)"', "lib/mail/_smtp.py") - of_nodes


def vantage_failures() -> set[str]:
    files = ("domain/takedown/clients.py", "domain/workflow/tasks/outside.py")
    return literals(r'(?:VantageError|raise error)\(\s*"([a-z_]+)"', *files)


def move_reasons() -> set[str]:
    files = [path.relative_to(SOURCE) for path in (SOURCE / "domain/workflow").rglob("*.py")]
    written = literals(r'\breason="([a-z_ ]+)"', *map(str, files))
    codes = literals(r'is_dead = .* code == "([a-z_]+)"', "domain/workflow/services/telling.py")
    assert {"hosted abroad", "seen by a person"} <= written
    assert codes
    return (
        written
        | codes
        | {each.value for each in (*AnswerKind, *NotActionable)}
        | {Agreement.THERE_ELSEWHERE.value}
    )


CODES: dict[str, set[str]] = {
    "job": {*casework.BACKGROUND_WORK, *hub.BACKGROUND_WORK},
    "stage": {each.value for each in cases.StageName},
    "closed_reason": {each.value for each in cases.ClosedReason},
    "legal_class": {each.value for each in cases.LegalClass},
    "owner": {each.value for each in cases.Owner if each.value},
    "answer": {each.value for each in AnswerKind},
    "ask_state": {each.value for each in AskState},
    "role": {each.value for each in Role},
    "rank": {each.value for each in RankReason},
    "reason": move_reasons(),
    "track": {each.value for each in cases.Track},
    "age_band": {each.value for each in assessment.AgeBand},
    "sex": {each.value for each in assessment.Sex},
    "origin": {each.value for each in assessment.Origin},
    **TRACKS,
}


@pytest.mark.parametrize("kind", sorted(CODES))
def test_every_code_of_a_list_has_words(kind):
    assert CODES[kind]
    assert sorted(CODES[kind] - set(words.WORDS[kind])) == []


def test_every_action_of_a_history_has_words_and_no_words_are_left_over():
    assert len(actions()) > 40
    assert sorted(actions() ^ set(code_words.ACTIONS)) == []


def test_every_failure_of_a_look_has_words():
    assert {"no_such_name", "timeout", "refused"} <= http_failures()
    assert sorted(http_failures() - set(code_words.FAILURES)) == []


def test_every_failure_of_the_mail_server_has_words():
    assert {"no_relay_is_set", "mail_refused"} <= mail_failures()
    assert sorted(mail_failures() - set(code_words.MAIL_FAILURES)) == []


def test_every_failure_of_a_vantage_has_words():
    assert {"too_many_asks", "bad_answer", "roster_unusable"} <= vantage_failures()
    known = set(code_words.VANTAGE_FAILURES) | set(code_words.FAILURES)
    assert sorted((vantage_failures() | {each.value for each in LookRefusal}) - known) == []


def test_work_that_no_worker_finished_has_words():
    assert set(code_words.JOB_FAILURES) == {NEVER_ENDED}


def test_the_number_of_a_notice_is_said_in_words():
    with translation.override("da"):
        assert words.moved_because("rung 2") == "Trin 2"
    assert words.moved_because("") == ""


@pytest.mark.parametrize("kind", ["action", "job", "rank", "reason"])
def test_the_words_are_danish_in_danish(kind):
    for code in words.WORDS[kind]:
        with translation.override("en"):
            english = words.of(kind, code)
        with translation.override("da"):
            assert words.of(kind, code) != english, code


def test_a_failure_without_words_is_said_to_be_unexpected_and_named():
    with translation.override("en"):
        assert "OperationalError" in code_words.why("OperationalError")
        assert "log" in code_words.why("OperationalError")
    assert code_words.why("") == ""


def test_no_template_shows_a_code_of_a_failure_as_it_is():
    raw = re.compile(r"\{\{ [\w.]*(?:last_error|last_failure|failure|action|verdict)(?!\|) \}\}")
    for path in (SOURCE / "web/desk/templates").rglob("*.html"):
        assert not raw.search(path.read_text(encoding="utf-8")), path.name


# What an English word is called in Danish, and what it is not.
ONE_WORD = [
    (r"\bitems?\b", r"\bemne"),
    (r"\bpass(ed)? (it )?on\b", r"\bg[ia]v\w* .*videre"),
    (r"\bhand(ed)? over\b", r"\bsend\w* .*videre"),
    (r"\bcheck", r"kontrol"),
    (r"\bsigned\b", r"underskr"),
    (r"\bother member\b", r"\bmedlem\b"),
]


@pytest.mark.parametrize(("english", "not_danish"), ONE_WORD)
def test_an_idea_has_one_word_in_danish(english, not_danish):
    catalogue = polib.pofile(str(SOURCE / "locale/da/LC_MESSAGES/django.po"))
    about = [entry for entry in catalogue if re.search(english, entry.msgid, re.IGNORECASE)]
    assert about
    odd = [entry.msgid for entry in about if re.search(not_danish, entry.msgstr, re.IGNORECASE)]
    assert odd == []
