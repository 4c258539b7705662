# SPDX-License-Identifier: Apache-2.0
"""The language of a page stands in its path, /{lang}/… or /desk/{lang}/…; no cookie, no header decides."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls.resolvers import LocalePrefixPattern, URLPattern, URLResolver
from django.utils.translation import get_language_bidi, get_language_info

if TYPE_CHECKING:
    from collections.abc import Sequence

# One short word may stand before the language: the path under which an audience keeps its cookie.
_PREFIX = re.compile(r"^/(?:[a-z]+/)?([a-z]{2,3})/")


class AnyLanguagePattern(LocalePrefixPattern):
    """Matches the prefix of any language we have, and writes that of the language in force.

    Django's own pattern matches only the language in force; the body guard resolves paths before any is.
    """

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        """Return the rest of the path behind a known language."""
        code, slash, rest = path.partition("/")
        return (rest, (), {}) if slash and code in known_languages() else None


def language_urls(patterns: Sequence[URLPattern | URLResolver]) -> list[URLResolver]:
    """Return URL patterns that live under /{lang}/."""
    return [URLResolver(AnyLanguagePattern(prefix_default_language=True), list(patterns))]  # type: ignore[arg-type]


def known_languages() -> frozenset[str]:
    """Return the codes of the languages that pages exist in."""
    return frozenset(code for code, _ in settings.LANGUAGES)


def language_of(path: str) -> str | None:
    """Return the language that a path names, None where it names none of ours."""
    found = _PREFIX.match(path)
    if found and found[1] in known_languages():
        return found[1]
    return None


def path_in(path: str, language: str) -> str:
    """Return the same path in another language; the choice of language where the path has none."""
    found = _PREFIX.match(path)
    if not found or found[1] not in known_languages():
        return "/"
    return path[: found.start(1)] + language + path[found.end(1) :]


def own_name(code: str) -> str:
    """Return a language's name in that language."""
    return str(get_language_info(code)["name_local"]).capitalize()


def direction() -> str:
    """Return `rtl` or `ltr` for the language in force."""
    return "rtl" if get_language_bidi() else "ltr"
