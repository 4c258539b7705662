# SPDX-License-Identifier: Apache-2.0
"""The line by which others cite a table: who, what, period, as known on, version, address, accessed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from havn.lib.encoding import instant_text
from havn.web.alliance_site import words

if TYPE_CHECKING:
    from django.http import HttpRequest


def cited(
    request: HttpRequest,
    *,
    who: str,
    what: str,
    period: str,
    as_of: datetime | None,
    version: str,
) -> str:
    """Return the line; the day of access is for the reader to write, so that a copied site stays the same."""
    said = _(
        "%(who)s: %(what)s, %(period)s. As known on %(as_of)s, version %(version)s. %(address)s (accessed: the day you read it)."
    )
    return said % {
        "who": who,
        "what": what,
        "period": words.period(period),
        "as_of": instant_text(as_of)[:10] if as_of else words.DASH,
        "version": version,
        "address": request.build_absolute_uri(request.path),
    }
