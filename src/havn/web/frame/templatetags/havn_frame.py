# SPDX-License-Identifier: Apache-2.0
"""Tags for every template: error summary, language links, moments, charts, addresses in both forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.web.frame import bodies, language

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms
    from django.http import HttpRequest
    from django.template import Context
    from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("frame/includes/error_summary.html")
def error_summary(
    form: forms.BaseForm | None = None, sentences: list[str] | None = None
) -> dict[str, Any]:
    """Show what is wrong at the top of the page, each sentence a link to its field."""
    return {"form": form or {}, "sentences": sentences or []}


@register.simple_tag
def error_prefix(form: forms.BaseForm | None = None) -> str:
    """Return the word that begins the title of a page with errors."""
    return f"{_('Error:')} " if form and form.errors else ""


@register.inclusion_tag("frame/includes/language_links.html", takes_context=True)
def language_links(context: Context, form_id: str = "") -> dict[str, Any]:
    """Link the same page in the other languages; with a form's id, send that form there, so nothing typed is lost."""
    request = context.get("request")
    path = request.path if request else "/"
    if not form_id and _only_takes(request):
        return {"choices": []}
    current = get_language()
    choices = [
        {
            "code": code,
            "name": language.own_name(code),
            "path": language.path_in(path, code),
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]
    return {"choices": choices, "form_id": form_id}


def _only_takes(request: HttpRequest | None) -> bool:
    """Whether nothing is shown at this path to who follows a link: it only takes a form."""
    match = request.resolver_match if request else None
    methods = bodies.methods_of(match.func) if match else ()
    return bool(methods) and "GET" not in methods


@register.simple_tag
def phone(number: str) -> SafeString:
    """Write a telephone number that can be pressed."""
    dialled = "".join(sign for sign in number if sign in "+0123456789")
    return format_html('<a class="govuk-link havn-phone" href="tel:{}">{}</a>', dialled, number)


@register.simple_tag
def moment(at: datetime | None) -> SafeString | str:
    """Write a time of day in UTC, in words that a machine can read too; a dash for none."""
    words = language.moment(at)
    if at is None:
        return words
    return format_html('<time datetime="{}">{}</time>', at.isoformat(timespec="seconds"), words)


register.simple_tag(language.day)


@register.inclusion_tag("frame/includes/timeline.html")
def timeline(entries: list[Any]) -> dict[str, Any]:
    """Show entries with `title`, `at` and perhaps `who` and `text`, in the order given."""
    return {"entries": entries}


@register.inclusion_tag("frame/includes/chart.html")
def chart(drawn: Any) -> dict[str, Any]:
    """Draw a chart made by `havn.web.frame.charts`."""
    return {"chart": drawn}


@register.inclusion_tag("frame/includes/map.html")
def world_map(drawn: Any) -> dict[str, Any]:
    """Draw a map made by `havn.web.frame.maps`."""
    return {"map": drawn}


@register.simple_tag
def shapes_of(drawn: Any) -> SafeString:
    """Write the countries of a map, those that are drawn and those that are dots."""
    named = '<path d="{}" fill="{}"><title>{}</title></path>'
    dot = '<circle cx="{}" cy="{}" r="4" fill="{}" stroke-width="1"><title>{}</title></circle>'
    shapes = ((each.path, each.fill, each.title) for each in drawn.shapes)
    dots = ((each.x, each.y, each.fill, each.title) for each in drawn.dots)
    return format_html(
        "{}{}", format_html_join("", named, shapes), format_html_join("", dot, dots)
    )


@register.filter
def choice_part(widget: dict[str, Any]) -> str:
    """Return the component that a group of choices uses: radios or checkboxes."""
    first = widget["optgroups"][0][1][0] if widget["optgroups"] else {"type": "radio"}
    return "checkboxes" if first["type"] == "checkbox" else "radios"
