# SPDX-License-Identifier: Apache-2.0
"""Tags for the desk's templates: navigation by role, states as tags, addresses in both forms."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.urls import resolve, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from havn.web.desk import access
from havn.web.desk.casework import code_words, words

if TYPE_CHECKING:
    from datetime import datetime

    from django.template import Context
    from django.utils.safestring import SafeString

register = template.Library()

_NAVIGATION = (
    "home", "items", "contacts", "answers", "referrals", "orphans", "supervise",
    "leads", "holds", "government:reports", "government:commitments", "government:law",
    "government:political_acts", "nodes", "alarms", "trouble", "staff", "node",
)  # fmt: skip


@register.inclusion_tag("desk/includes/navigation.html", takes_context=True)
def desk_navigation(context: Context) -> dict[str, Any]:
    """Link the pages that the person's roles may open."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None:
        return {"links": []}
    links = []
    for name in _NAVIGATION:
        address = reverse(name if ":" in name else f"desk:{name}")
        if access.may_open(_view_at(address, settings.ROOT_URLCONF), actor):
            links.append(
                {
                    "address": address,
                    "text": words.PAGES[name],
                    "is_current": request.path == address,
                }
            )
    return {"links": links}


@lru_cache(maxsize=256)
def _view_at(address: str, urls: str) -> Any:
    """Return the view of an address: the same for as long as the process lives, and long to look for."""
    return resolve(address, urls).func


@register.filter
def in_words(code: object, kind: str) -> str:
    """Return what a stored code is called on the page."""
    return words.of(kind, str(code or ""))


@register.filter
def why_in_words(code: object) -> str:
    """Return why something failed, in words."""
    return code_words.why(str(code or ""))


@register.filter
def link_in_words(code: object) -> str:
    """Return why another node gave no answer that can be believed, in words."""
    return code_words.why_no_answer(str(code or ""))


@register.simple_tag
def state_tag(kind: str, code: object) -> SafeString | str:
    """Show a state as a coloured tag; the word carries the meaning, never the colour alone."""
    code = str(code or "")
    if not code:
        return "–"
    colour = words.COLOURS.get((kind, code), words.COLOURS.get(("", code), "grey"))
    return format_html(
        '<strong class="govuk-tag govuk-tag--{}">{}</strong>', colour, words.of(kind, code)
    )


@register.simple_tag
def until(at: datetime | None) -> SafeString | str:
    """Write a time of day that something ends at; the script counts down beside it."""
    if at is None:
        return "–"
    return format_html(
        '<time datetime="{}">{} UTC</time>',
        at.isoformat(timespec="seconds"),
        at.strftime("%H:%M:%S"),
    )


@register.simple_tag
def both_forms(host: str, host_unicode: str) -> SafeString | str:
    """Write a host in both forms where they differ, so that a look-alike shows."""
    if not host_unicode or host_unicode == host:
        return host
    return format_html(
        '<span class="havn-address">{}</span> <span class="havn-address">({})</span> {}',
        host,
        host_unicode,
        _("Look closely: this name is written with other letters than it seems."),
    )
