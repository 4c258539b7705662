# SPDX-License-Identifier: Apache-2.0
"""The Atom feed of releases and corrections (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.publication.selectors import public
from havn.web.alliance_site import countries, words

if TYPE_CHECKING:
    from django.http import HttpRequest

_ANYBODY = Actor.reporter()
MOST_ENTRIES = 100
_NOTHING_YET = datetime(2012, 12, 5, tzinfo=UTC)


class _Feed(Atom1Feed):
    """Names the moment of the newest entry, so that the same feed is the same bytes."""

    def latest_post_date(self) -> datetime:
        """Return the newest change, or the day of the launch where nothing was released."""
        return super().latest_post_date() if self.items else _NOTHING_YET


def atom(request: HttpRequest) -> HttpResponse:
    """Answer with what was released, corrected and withdrawn, the newest first."""
    found = public.releases(most=MOST_ENTRIES, actor=_ANYBODY)
    names = countries.names(each.member for each in found)
    address = request.build_absolute_uri(request.path)
    feed = _Feed(
        title=_("Results of the Alliance: releases and corrections"),
        link=request.build_absolute_uri(reverse("alliance:results")),
        description="",
        language=get_language(),
        feed_url=address,
        feed_guid=address,
        author_name=_("The Alliance"),
    )
    for each in found:
        name = names[each.member]
        feed.add_item(
            title=_title(each, name),
            link=request.build_absolute_uri(
                reverse("alliance:country", kwargs={"code": each.member})
            ),
            description=_told(each),
            unique_id=f"urn:uuid:{each.report}",
            pubdate=each.published_at,
            updateddate=each.changed_at,
            author_name=name,
        )
    return HttpResponse(
        feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _title(each: public.Release, name: str) -> str:
    what = {"name": name, "year": each.year, "version": each.version}
    if each.is_withdrawn:
        return _("%(name)s: report of %(year)s, version %(version)s, withdrawn") % what
    if each.correction_kind:
        return _("%(name)s: report of %(year)s corrected, version %(version)s") % what
    return _("%(name)s: report of %(year)s, version %(version)s") % what


def _told(each: public.Release) -> str:
    note = each.notes.get(get_language() or "en") or next(iter(each.notes.values()), "")
    why = words.correction(each.correction_kind)
    told = f"{why}. {note}".strip() if note else f"{why}."
    if each.follows_refused:
        told += " " + _("The version before it was refused when it came, and is not shown.")
    return told
