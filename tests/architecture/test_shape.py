# SPDX-License-Identifier: Apache-2.0
"""The shape of the tree: sizes, names, clock, hidden writes, pictures; and each check seen to fail."""

import pytest

from tests.architecture import source
from tests.architecture.source import ROOT, Source


@pytest.fixture(scope="module")
def own_code():
    return source.python_files("src/", "tests/", "script/", "benchmarks/")


@pytest.fixture(scope="module")
def package():
    return [each for each in source.python_files("src/") if "/migrations/" not in each.path]


@pytest.fixture(scope="module")
def clockless():
    """What receives the time: the domain but its tasks, and the libraries but the clock.

    `lib/http` measures how long a peer takes, on the monotonic clock.
    """
    return [
        each
        for each in source.python_files("src/havn/domain/", "src/havn/lib/")
        if each.path != "src/havn/lib/clock.py"
        and not each.module.startswith("havn.lib.http")
        and ".tasks" not in each.module
    ]


def python(text, path="src/havn/domain/cases/services.py"):
    return [Source(path, text)]


def test_no_file_is_longer_than_500_lines(own_code):
    others = [
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in source.files_of_the_tree()
        if path.endswith((".html", ".js", ".css", ".scss", ".sh")) and not source.is_foreign(path)
    ]
    assert source.too_long([*own_code, *others]) == []


def test_a_file_of_501_lines_is_found():
    assert source.too_long(python("\n" * 501)) != []
    assert source.too_long(python("\n" * 500)) == []


def test_95_percent_of_the_functions_have_at_most_34_lines(package):
    long = sorted(
        (source.length(node), f"{each.path}:{node.lineno} {node.name}")
        for each, node in source.functions(package)
        if source.length(node) > source.MOST_FUNCTION_LINES
    )
    assert source.share_of_short_functions(package) >= 0.95, long


def test_a_long_function_lowers_the_share():
    long = "def f():\n" + "    x = 1\n" * 34
    assert source.share_of_short_functions(python(long)) == 0


def test_no_function_has_more_than_40_statements(package):
    assert source.too_many_statements(package) == []


def test_a_function_of_41_statements_is_found():
    assert source.too_many_statements(python("def f():\n" + "    x = 1\n" * 41)) != []
    assert source.too_many_statements(python("def f():\n" + "    x = 1\n" * 40)) == []


def test_names_say_something(package):
    assert source.vague_names(package) == []


@pytest.mark.parametrize(
    "broken",
    [
        python("", path="src/havn/domain/cases/utils.py"),
        python("class CaseManager: ..."),
        python("def load_helpers(): ..."),
        python("def load(data): ..."),
    ],
)
def test_a_vague_name_is_found(broken):
    assert source.vague_names(broken) != []


def test_every_module_says_its_licence_and_what_belongs_there(own_code):
    assert source.unlabelled(own_code) == []


def test_a_module_without_licence_or_sentence_is_found():
    assert source.unlabelled(python('"""A sentence."""\n')) != []
    assert source.unlabelled(python("# SPDX-License-Identifier: Apache-2.0\nx = 1\n")) != []


def test_exceptions_end_in_error(package):
    assert source.misnamed_errors(package) == []


def test_an_exception_that_does_not_end_in_error_is_found():
    assert source.misnamed_errors(python("class Refused(Exception): ...")) != []


def test_the_domain_and_the_libraries_read_no_clock(clockless):
    assert source.clock_readings(clockless) == []


@pytest.mark.parametrize(
    "broken",
    [
        "from havn.lib import clock\nclock.now()",
        "import datetime\ndatetime.datetime.now(tz=datetime.UTC)",
        "from datetime import datetime\ndatetime.utcnow()",
        "from django.utils import timezone\ntimezone.now()",
        "import time\ntime.time()",
        "from time import monotonic",
        "field = models.DateTimeField(auto_now_add=True)",
        "from django.db.models.functions import Now\nNow()",
    ],
)
def test_a_clock_in_the_domain_is_found(broken):
    assert source.clock_readings(python(broken)) != []


def test_nothing_is_written_behind_the_callers_back(package):
    assert source.hidden_writes(package) == []


@pytest.mark.parametrize(
    "broken",
    [
        "from django.db.models.signals import post_save",
        "from django.dispatch import receiver",
        "class Item(models.Model):\n    def save(self): ...",
    ],
)
def test_a_signal_or_an_overridden_save_is_found(broken):
    assert source.hidden_writes(python(broken)) != []


# Where text reaches a page unescaped, and why that is safe.
UNESCAPED_WITH_REASON = {
    "src/havn/web/desk/templates/desk/sign_in/set_up.html": "the QR code is an SVG of our own making",
}


def test_pages_escape_everything(package):
    pages = [
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in source.files_of_the_tree()
        if path.startswith("src/") and "/templates/" in path and path.endswith(".html")
    ]
    found = source.unescaped([*package, *pages])
    assert [each for each in found if each.rpartition(":")[0] not in UNESCAPED_WITH_REASON] == []


def test_unescaped_text_is_found():
    assert source.unescaped(python("return mark_safe(text)")) != []
    assert source.unescaped([Source("x.html", "{{ text|safe }}")]) != []


def test_there_is_no_picture_in_the_tree():
    files = [(path, (ROOT / path).read_bytes()[:16]) for path in source.files_of_the_tree()]
    assert source.pictures(files) == []


@pytest.mark.parametrize(
    ("path", "beginning"),
    [
        ("a.png", b""),
        ("a.dat", b"\x89PNG\r\n\x1a\n"),
        ("b", b"\0\0\0\x18ftypmp42"),
        ("c", b"RIFF....WEBP"),
    ],
)
def test_a_picture_is_found_by_name_or_by_content(path, beginning):
    assert source.pictures([(path, beginning)]) == [path]


def test_nothing_is_left_to_do_later(own_code):
    words = ("TO" + "DO", "FIX" + "ME", "X" * 3)
    left = [
        f"{each.path}:{number}"
        for each in own_code
        for number, line in enumerate(each.text.splitlines(), start=1)
        if any(f"# {word}" in line for word in words)
    ]
    assert left == []


def test_no_committed_file_names_a_registry():
    words = ("pypi" + ".org", "--index" + "-url", "pythonhosted" + ".org")
    found = [
        path
        for path in source.files_of_the_tree()
        if path.startswith(("requirements/", "script/", "pyproject.toml", ".ci/"))
        and any(word in (ROOT / path).read_text(encoding="utf-8") for word in words)
    ]
    assert [path for path in found if path != "script/lock"] == []
