# SPDX-License-Identifier: Apache-2.0
"""Pages that differ from visitor to visitor in one word only, rendered once a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import caches
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

from havn.web.frame.context import frame

if TYPE_CHECKING:
    from django.http import HttpRequest

# A letter of the private use area, which nobody writes.
_HOLE = "\ue17a"


def render_with_word(request: HttpRequest, template: str, *, name: str, word: str) -> HttpResponse:
    """Answer with the page in which the template's variable `name` is `word`.

    Everything else on it must follow from the language alone: what is kept is the page with a hole,
    never a word. Most of the time of a busy page goes into layout that is the same for everybody.
    """
    kept = caches["pages"]
    key = f"{get_language()}:{template}"
    # What a demonstration says while its past is written is soon untrue, and what is kept is kept for good.
    is_passing = frame(request)["is_past_missing"]
    page = None if is_passing else kept.get(key)
    if page is None:
        page = render_to_string(template, {name: _HOLE}, request)
        if not is_passing:
            kept.set(key, page)
    return HttpResponse(page.replace(_HOLE, escape(word)))
