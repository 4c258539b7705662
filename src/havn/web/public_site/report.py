# SPDX-License-Identifier: Apache-2.0
"""Views of a report: its questions, the answers to check, sending, the receipt, and what became of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from havn.domain.actor import Actor
from havn.domain.errors import RefusedError
from havn.domain.intake import selectors, services
from havn.lib import clock
from havn.lib.http import FORM
from havn.lib.keyring import MissingKeyError
from havn.web.frame.bodies import takes
from havn.web.frame.errors import CANNOT_SAVE
from havn.web.frame.headers import CLEAR_SITE_DATA
from havn.web.frame.pages import render_with_word
from havn.web.public_site import pages, state
from havn.web.public_site.answers import answers_of, rows_of
from havn.web.public_site.forms import ReceiptForm
from havn.web.public_site.origin import from_our_own_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NEEDED = frozenset({"form-key", "receipt-pepper", "desk-sealing-key.pub"})
_RECEIPT = "public_site/report/receipt.html"


@takes(FORM)
@from_our_own_page
def report(request: HttpRequest) -> HttpResponse:
    """Show the first question, or the page that follows from the one sent."""
    if request.method == "POST":
        return _show_what_follows(request)
    if not settings.HAVN_KEYRING.names_readable() >= _NEEDED:
        raise MissingKeyError  # peers.md R23: no form that could not be sent in the end
    return _show(request, pages.first_page(state.new_state(at=clock.now())))


@takes(FORM)
@from_our_own_page
def receipt(request: HttpRequest) -> HttpResponse:
    """Take the report in and show its receipt; or say, with all answers kept, why not."""
    if request.method != "POST":
        return redirect("public:report")
    move = request.POST.get("move")
    if move == "kept":
        return _kept(request)
    if move != "send":
        # A refused report stands at this address, and so do its language buttons.
        return _show_what_follows(request)
    at = clock.now()
    opened = state.open_state(request.POST.get("state", ""), at=at)
    page = pages.next_page(opened.state)
    trouble = opened.trouble or ("hasty" if state.is_hasty(opened.state, at=at) else "")
    if trouble or page.name != pages.CHECK:
        return _show(request, pages.with_trouble(page, trouble), status=HTTPStatus.CONFLICT)
    return _send(request, page)


def _show_what_follows(request: HttpRequest) -> HttpResponse:
    opened = state.open_state(request.POST.get("state", ""), at=clock.now())
    return _show(request, pages.after(request.POST, opened))


def _send(request: HttpRequest, page: pages.Page) -> HttpResponse:
    at = clock.now()
    try:
        accepted = services.accept_submission(
            token_id=page.state.token_id,
            receipt=page.state.receipt,
            answers=answers_of(page.state, language=get_language() or "en"),
            actor=Actor.reporter(),
            at=at,
        )
    except RefusedError:
        fresh = state.new_state(at=at, answers=page.state.answers)
        return _show(
            request, pages.Page(pages.CHECK, fresh, trouble="used"), status=HTTPStatus.CONFLICT
        )
    except CANNOT_SAVE:
        unsaved = pages.with_trouble(page, "unsaved")
        return _show(request, unsaved, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if accepted.is_repeat:
        again = state.new_state(at=at, answers=page.state.answers)
        context = {"receipt": accepted.receipt, "again": state.seal_state(again, at=at)}
        return render(request, _RECEIPT, context)
    return render_with_word(request, _RECEIPT, name="receipt", word=accepted.receipt)


def _kept(request: HttpRequest) -> HttpResponse:
    answer = render(request, "public_site/report/kept.html")
    answer["Clear-Site-Data"] = CLEAR_SITE_DATA
    return answer


@takes(FORM)
@from_our_own_page
def status(request: HttpRequest) -> HttpResponse:
    """Ask for a receipt and show what became of its report; wrong, old and unknown ones get the same bytes."""
    form = ReceiptForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "public_site/report/ask_receipt.html", {"form": form})
    found = selectors.receipt_status(
        receipt=form.cleaned_data["receipt"], actor=Actor.reporter(), at=clock.now()
    )
    return render(request, "public_site/report/status.html", {"found": found})


def _show(request: HttpRequest, page: pages.Page, *, status: int = HTTPStatus.OK) -> HttpResponse:
    context: dict[str, Any] = {
        "page": page,
        "form": page.form,
        "sealed": state.seal_state(page.state, at=clock.now()),
        "trouble": trouble_sentence(page.trouble),
        "is_unsaved": page.trouble == "unsaved",
    }
    if page.name == pages.CHECK:
        context["rows"] = rows_of(page.state)
        return render(request, "public_site/report/check.html", context, status=status)
    return render(request, "public_site/report/question.html", context, status=status)


def trouble_sentence(trouble: str) -> str:
    """Return what a page says at its top about the form that came back."""
    return {
        "old": _(
            "This page was open for a long time, so nothing was sent yet. Look at your answers and send them again."
        ),
        "hasty": _(
            "That was very fast, so nothing was sent yet. Look at your answers and send them again."
        ),
        "lost": _(
            "We could not read the earlier pages of this form, so nothing was sent. What you typed on this page is"
            " still here. Please answer the other questions again."
        ),
        "used": _(
            "A report was already sent with this form, and it is safe with us. What you see now was not sent. If it"
            " is a new report, send it: it gets a receipt of its own."
        ),
        "unsaved": _(
            "Nothing was saved. This is our fault, not yours. Your answers are still here: send them again in a few minutes."
        ),
    }.get(trouble, "")
