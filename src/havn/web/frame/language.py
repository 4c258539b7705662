# SPDX-License-Identifier: Apache-2.0
"""The language of a page stands in its path, /{lang}/… or /desk/{lang}/…; no cookie, no header decides. How it writes a day and a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.defaultfilters import date as written
from django.urls.resolvers import LocalePrefixPattern, RoutePattern, URLPattern, URLResolver
from django.utils.translation import get_language_bidi, get_language_info, pgettext

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

# Only the first two parts are looked at: before the language may stand the path of an audience's cookie.
_PLACES = 2


class AnyLanguagePattern(LocalePrefixPattern):
    """Matches the prefix of any language we have, and writes that of the language in force.

    Django's own pattern matches only the language in force; the body guard resolves paths before any is.
    """

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        """Return the rest of the path behind a known language."""
        code, slash, rest = path.partition("/")
        return (rest, (), {}) if slash and code in known_languages() else None


def language_urls(patterns: Sequence[URLPattern | URLResolver]) -> list[URLResolver]:
    """Return URL patterns that live under /{lang}/.

    They stand one level down: Django refuses language prefixes at the top of an included map.
    """
    prefixed = URLResolver(AnyLanguagePattern(prefix_default_language=True), list(patterns))
    return [URLResolver(RoutePattern(""), [prefixed])]


def known_languages() -> frozenset[str]:
    """Return the codes of the languages that pages exist in."""
    return frozenset(code for code, _ in settings.LANGUAGES)


def language_of(path: str) -> str | None:
    """Return the language that a path names, None where it names none of ours."""
    place = _place_of_language(path)
    return None if place is None else path.split("/")[place]


def path_in(path: str, language: str) -> str:
    """Return the same path in another language; the choice of language where the path has none."""
    place = _place_of_language(path)
    if place is None:
        return "/"
    parts = path.split("/")
    parts[place] = language
    return "/".join(parts)


def _place_of_language(path: str) -> int | None:
    known = known_languages()
    parts = path.split("/")
    return next(
        (place for place in range(1, _PLACES + 1) if place < len(parts) and parts[place] in known),
        None,
    )


def own_name(code: str) -> str:
    """Return a language's name in that language."""
    return str(get_language_info(code)["name_local"]).capitalize()


def direction() -> str:
    """Return `rtl` or `ltr` for the language in force."""
    return "rtl" if get_language_bidi() else "ltr"


def day(on: date | None) -> str:
    """Write a day as the page's language does; a dash for none."""
    return "–" if on is None else str(written(on, pgettext("day, in Django's letters", "j F Y")))


def moment(at: datetime | None) -> str:
    """Write a time of day as the page's language does, in UTC; a dash for none."""
    if at is None:
        return "–"
    words = written(at, pgettext("date and time, in Django's letters", "j F Y, H:i"))
    return f"{words} UTC"
