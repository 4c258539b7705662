# SPDX-License-Identifier: Apache-2.0
"""Whether a form was sent from our own page, told by the browser's headers; the single-use token does the rest."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from havn.web.frame import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    View = Callable[..., HttpResponse]


def from_our_own_page(view: View) -> View:
    """The view answers 403 when the browser says that another site sent the form."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and is_foreign(request):
            return errors.handler403(request)
        return view(request, *args, **kwargs)

    return guarded


def is_foreign(request: HttpRequest) -> bool:
    """Whether the headers say that the request began elsewhere.

    Sec-Fetch-Site decides where it is sent (Fetch metadata, W3C). Our pages say `no-referrer`, under which browsers
    write `Origin: null` for our own forms too, so that a null origin says nothing; neither does a missing one.
    """
    site = request.META.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin: str = request.META.get("HTTP_ORIGIN", "null")
    return origin != "null" and urlsplit(origin).netloc != request.get_host()
