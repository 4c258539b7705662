# SPDX-License-Identifier: Apache-2.0
"""Every kind of body at every route of every audience: only what docs/routes.md names is read, and no more of it.

Generated from the URL maps in a process of each audience (guard_walk.py), judged by the document alone.
"""

import functools
import json
import os
import re
import subprocess
import sys

import pytest
from django.utils import translation

from havn.config.audiences import AUDIENCES
from havn.lib.http import REFUSAL_SENTENCES
from havn.lib.keyring import CREATED_KEYS, Keyring
from tests.architecture.source import ROOT

pytestmark = pytest.mark.sqlite_only  # no body gets as far as the database
WITH_PAGES = [*sorted(name for name, each in AUDIENCES.items() if each.has_pages), "hub_desk"]
ROW = re.compile(
    r"^\| `(/[^`]*)` \| ([A-Z, ]*) \| [^|]+ \| (form|JSON|–) \| ([0-9,]+|–) \|$", re.MULTILINE
)
SAME_FOR_ALL = {
    "chunks": 413, "chunks with a length": 413, "two lengths": 400, "two different lengths": 400,
    "a negative length": 400, "a length in words": 400, "a length of many digits": 400,
}  # fmt: skip
TOO_LARGE = {
    "form": {"a form one byte too large", "a form of 1 GB", "a form of more than any number"},
    "JSON": {"JSON one byte too large", "JSON of 100 MB"},
}
TAKEN = {
    "form": {"a small form": 5, "a form of the most bytes": None},
    "JSON": {"JSON": 5, "JSON of the most bytes": None},
}
NOTHING = ("–", 0)
CODES = {
    "malformed": 400,
    "unmeasured": 413,
    "unexpected": 413,
    "encoded": 415,
    "wrong_type": 415,
    "too_large": 413,
}


def documented(audience):
    """Return {route: what is taken (form, JSON, –) and how many bytes of it} as docs/routes.md says."""
    parts = re.split(r"^## (\w+)$", (ROOT / "docs" / "routes.md").read_text(), flags=re.MULTILINE)
    tables = dict(zip(parts[1::2], parts[2::2], strict=True))
    names = ("public", "desk", "node") if audience == "all" else (audience,)
    return {
        route: NOTHING if most == "–" else (body, int(most.replace(",", "")))
        for name in names
        for route, _methods, body, most in ROW.findall(tables[name])
    }


def walk(folder, audience, rules, *spoilt):
    """Return what guard_walk.py saw in a process of this audience."""
    keyring = Keyring(folder / "keys")
    for name in CREATED_KEYS:
        keyring.create(name)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("HAVN_", "DJANGO_"))}
    environment |= {
        "HAVN_DATA": str(folder), "HAVN_ROLE": "hub" if audience in {"alliance", "hub_desk"} else "node",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "TMPDIR": str(folder / "temporary"),
    }  # fmt: skip
    (folder / "temporary").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.guard_walk", audience.removeprefix("hub_"), *spoilt],
        cwd=ROOT, env=environment, input=json.dumps({route: most for route, (_, most) in rules.items()}), capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert list((folder / "temporary").iterdir()) == []
    return json.loads(done.stdout)


def expected(rule, method, kind):
    """Return the status that the guard answers, None where the body is passed on."""
    body, most = rule
    if kind in SAME_FOR_ALL:
        return SAME_FOR_ALL[kind]
    if not most or method.upper() != "POST":
        return 413
    if kind in TOO_LARGE[body]:
        return 413
    return None if kind in TAKEN[body] else 415


@functools.cache
def sentences(language):
    """Return {status: what may be said} in a language."""
    with translation.override(language):
        said = {}
        for code, status in CODES.items():
            said.setdefault(status, set()).add(translation.gettext(REFUSAL_SENTENCES[code]) + "\n")
        return said


def faults(seen, rules):
    """Return what was answered otherwise than the document says, as {(route, kind)}."""
    return {
        (route or path, kind): (method, status, calls, handed_out, said)
        for route, path, method, kind, status, calls, handed_out, is_djangos, connection, said in seen
        if not is_right(
            expected(rules.get(route, NOTHING), method, kind),
            (status, calls, handed_out, is_djangos, connection, said),
            length=5 if kind in {"a small form", "JSON"} else rules.get(route, NOTHING)[1],
            says=None if method == "HEAD" else sentences("da" if "/da/" in path else "en"),
        )
    }


def is_right(status, outcome, *, length, says):
    """Whether a body was refused unread with its sentence, or passed on whole and no further."""
    found, calls, handed_out, is_djangos, connection, said = outcome
    if status is None:
        return is_djangos and handed_out == length and found not in {413, 415}
    is_said = said == "" if says is None else said in says[status]
    return (found, calls, handed_out, is_djangos, connection, is_said) == (
        status,
        0,
        0,
        False,
        "close",
        True,
    )


@pytest.mark.parametrize("audience", WITH_PAGES)
def test_every_body_is_refused_unread_or_passed_on_as_documented(tmp_path, audience):
    rules = documented(audience)
    seen = walk(tmp_path, audience, rules)
    routes = {route for route, *_ in seen if route}
    assert routes == set(rules)
    assert {kind for _, _, _, kind, *_ in seen} >= set(SAME_FOR_ALL) | TOO_LARGE[
        "form"
    ] | TOO_LARGE["JSON"] | set(TAKEN["form"])
    assert len(seen) > len(routes) * 150
    assert faults(seen, rules) == {}


def test_a_widened_route_and_a_route_of_tomorrow_are_found(tmp_path):
    rules = documented("public")
    seen = walk(tmp_path, "public", rules, "widen_type", "widen_size", "add_route")
    found = faults(seen, rules)
    assert ("/{lang}/help", "a picture") in found
    assert ("/{lang}/report", "a form one byte too large") in found
    assert ("/tomorrow", "a small form") in found
    assert {route for route, _ in found} == {"/{lang}/help", "/{lang}/report", "/tomorrow"}
