# SPDX-License-Identifier: Apache-2.0
"""The declaration: as it was adopted where its text was loaded, and until then in our own words, marked so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render
from django.utils.translation import get_language

from havn.domain.actor import Actor
from havn.domain.members import selectors
from havn.domain.members.rules.declaration import TARGET_LIST
from havn.web.alliance_site import naming
from havn.web.frame.language import own_name

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from havn.domain.members.selectors import DeclarationView


def declaration(request: HttpRequest) -> HttpResponse:
    """Show the newest version, its languages, the versions before, and the four targets."""
    found = selectors.declaration_texts(actor=Actor.reporter())
    language = get_language() or "en"
    newest = [each for each in found if found and each.version == found[0].version]
    current = [each for each in newest if each.is_newest]
    order = {language: 0, "en": 1}
    current.sort(key=lambda each: (order.get(each.language, 2), each.language))
    shown = {
        "texts": [_text(each) for each in current],
        "former": [_text(each) for each in found if each not in current],
        "targets": [naming.target(target) for target in TARGET_LIST],
    }
    return render(request, "alliance_site/declaration.html", shown)


def _text(each: DeclarationView) -> dict[str, Any]:
    return {
        "version": each.version,
        "language": each.language,
        "language_name": _name_of(each.language),
        "paragraphs": [part for part in each.text.split("\n") if part.strip()],
        "source": each.source,
        "adopted_on": each.adopted_on,
        "loaded_at": each.loaded_at,
        "anchor": f"text-{each.version}-{each.language}-{each.loaded_at:%Y%m%d%H%M%S}",
    }


def _name_of(language: str) -> str:
    try:
        return own_name(language)
    except KeyError:  # a language that Django has no name for
        return language
