# SPDX-License-Identifier: Apache-2.0
"""Every sentence a person reads can be translated, and is translated to Danish."""

import ast
import re

import pytest

from script import messages
from tests.architecture import source
from tests.architecture.source import ROOT, Source

# Words that are the same in every language, or names.
SAME_EVERYWHERE = {"Havn", "CSV", "JSON", "RDAP", "DNS", "PDF", "TOTP", "English", "Dansk"}
# Pages whose words are meant to stand in several languages at once.
SEVERAL_LANGUAGES = ("/languages.html",)
READ_ALOUD = ("title", "alt", "aria-label", "placeholder", "aria-description")
TAG = re.compile(r"<[^>]*>")
QUIET = re.compile(
    r"{%\s*comment.*?%}.*?{%\s*endcomment\s*%}|{#.*?#}"
    r"|{%\s*blocktrans(?:late)?\b.*?%}.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{%\s*block\s+\w*(?:class|address)\s*%}.*?{%\s*endblock"
    r"|<script\b.*?</script>|<style\b.*?</style>|<code\b.*?</code>|<kbd\b.*?</kbd>|<!--.*?-->|<!doctype[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


def hard_coded(pages):
    """Return texts of templates that stand outside gettext."""
    found = []
    for page in pages:
        text = CODE.sub("\n", QUIET.sub("\n", page.text))
        spoken = re.findall(rf"\b(?:{'|'.join(READ_ALOUD)})=\"([^\"]*)\"", text)
        for piece in [*TAG.sub("\n", text).splitlines(), *spoken]:
            words = set(re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", piece)))
            if words - SAME_EVERYWHERE:
                found.append(f"{page.path}: {piece.strip()}")
    return found


def pages():
    return [
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in source.files_of_the_tree()
        if path.startswith("src/") and "/templates/" in path and path.endswith(".html")
        if not path.endswith(SEVERAL_LANGUAGES)
    ]


def test_no_page_says_a_word_outside_gettext():
    assert hard_coded(pages()) == []


@pytest.mark.parametrize(
    "broken",
    [
        "<p>Report it</p>",
        '<a title="Back">{{ x }}</a>',
        "{% translate 'Yes' %} or",
        "<b>\n Stop\n</b>",
    ],
)
def test_an_untranslatable_sentence_is_found(broken):
    assert hard_coded([Source("x.html", broken)]) != []


@pytest.mark.parametrize(
    "fine",
    [
        "<p>{% translate 'Report it' %}</p>",
        "<p>{% blocktranslate %}Report {{ it }}{% endblocktranslate %}</p>",
        "{# a remark #}<p>{{ text }} &middot; 12</p>",
        "<h1>Havn</h1>",
    ],
)
def test_a_translatable_sentence_is_not_found(fine):
    assert hard_coded([Source("x.html", fine)]) == []


def test_gettext_goes_by_no_name_under_which_its_sentences_are_not_found():
    others = [
        f"{each.path}: {alias.name} as {alias.asname}"
        for each in source.python_files("src/")
        for node in ast.walk(ast.parse(each.text))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if "gettext" in alias.name and alias.asname and alias.asname not in messages.FUNCTIONS
    ]
    assert others == []


def test_danish_is_complete():
    wanted = messages.collect(ROOT / "src" / "havn")
    catalogues = messages.catalogues(ROOT / "src" / "havn")
    assert [path.parts[-3] for path in catalogues] == ["da"]
    for path in catalogues:
        assert messages.find_gaps(path.read_text(encoding="utf-8"), wanted) == [], (
            "script/messages"
        )


HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def wanted(*sentences):
    found = [messages.Message(each) for each in sentences]
    return {each.key: each for each in found}


@pytest.mark.parametrize(
    "entry",
    [
        "",
        'msgid "Yes"\nmsgstr ""\n',
        '#, fuzzy\nmsgid "Yes"\nmsgstr "Ja"\n',
        'msgid "Yes"\nmsgstr "Ja %(n)s"\n',
        'msgid "Yes"\nmsgstr "Ja"\n\nmsgid "Gone"\nmsgstr "Væk"\n',
    ],
)
def test_an_untranslated_sentence_is_found(entry):
    assert messages.find_gaps(HEAD + entry, wanted("Yes")) != []


def test_a_translated_sentence_is_not_found():
    assert messages.find_gaps(HEAD + 'msgid "Yes"\nmsgstr "Ja"\n', wanted("Yes")) == []


def test_sentences_are_found_in_python_and_in_templates():
    python = 'f(_("One"), ngettext("%(n)s day", "%(n)s days", n), pgettext_lazy("verb", "Report"), _(x))'
    assert {(m.context, m.singular, m.plural) for m in messages.in_python(python)} == {
        ("", "One", ""),
        ("", "%(n)s day", "%(n)s days"),
        ("verb", "Report", ""),
    }
    page = (
        "<p title=\"{% translate 'Isn\\'t (it)' %}\">{% blocktranslate count n=n %}{{ n }} day"
        '{% plural %}{{ n }} days{% endblocktranslate %} {% translate "Report" context "verb" %}'
        "{{ _('Two') }}{% blocktranslate trimmed %}\n  A long\n  line\n{% endblocktranslate %}</p>"
    )
    found = {(m.context, m.singular, m.plural) for m in messages.in_template(page)}
    assert {
        ("", "%(n)s day", "%(n)s days"),
        ("verb", "Report", ""),
        ("", "A long line", ""),
    } <= found
