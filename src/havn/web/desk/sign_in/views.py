# SPDX-License-Identifier: Apache-2.0
"""Allauth's views with our templates; set-up and new recovery codes leave audit entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from havn.domain.accounts import selectors as people
from havn.domain.accounts import services as accounts
from havn.lib.clock import now

if TYPE_CHECKING:
    from django.http import HttpResponse


class SetUpFactor(totp.ActivateTOTPView):  # type: ignore[misc]
    """Shows the secret once as picture and text, and asks for the first code."""

    template_name = "desk/sign_in/set_up.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the factor and audit it; now the person is signed in with both."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            actor = people.actor_of(person_id=self.request.user.pk)
            accounts.record_factor_set_up(actor=actor, at=now())
            accounts.record_sign_in(actor=actor, at=now())
        return response


class NewCodes(codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    """Replaces the recovery codes."""

    template_name = "desk/sign_in/new_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Store new codes and audit it."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            actor = people.actor_of(person_id=self.request.user.pk)
            accounts.record_codes_made(actor=actor, at=now())
        return response


class ChangePassword(account.PasswordChangeView):  # type: ignore[misc]
    """Asks for the old password and the new one."""

    template_name = "desk/sign_in/form.html"
    extra_context = {"title": _("Change your password"), "button": _("Save the new password")}

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the password, and let the next page say so."""
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Your new password is saved."), extra_tags="done")
        return response


_SIGN_IN = "desk/sign_in/form.html"

sign_in = account.LoginView.as_view(
    template_name=_SIGN_IN,
    extra_context={"title": _("Sign in to the desk"), "button": _("Continue")},
)
sign_out = account.LogoutView.as_view(template_name="desk/sign_in/sign_out.html")
closed = account.AccountInactiveView.as_view(template_name="desk/sign_in/closed.html")
password_again = account.ReauthenticateView.as_view(
    template_name=_SIGN_IN,
    extra_context={
        "title": _("Type your password again"),
        "button": _("Continue"),
        "explanation": _(
            "Setting up a second factor and seeing recovery codes ask for the password each time, "
            "so that nobody can do it at a desk that was left open."
        ),
    },
)
code = factor.AuthenticateView.as_view(
    template_name=_SIGN_IN,
    extra_context={"title": _("Type the code of your authenticator"), "button": _("Sign in")},
)
code_again = factor.ReauthenticateView.as_view(
    template_name=_SIGN_IN,
    extra_context={"title": _("Type a code again"), "button": _("Continue")},
)
change_password = ChangePassword.as_view()
see_codes = codes.ViewRecoveryCodesView.as_view(template_name="desk/sign_in/codes.html")
factors = factor.IndexView.as_view(template_name="desk/sign_in/factors.html")
