# SPDX-License-Identifier: Apache-2.0
"""Allauth's forms in our words and our look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.utils.translation import gettext_lazy as _

from havn.domain.accounts import services as accounts
from havn.lib.clock import now

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from django.utils.functional import _StrPromise


class OurWords:
    """Labels and hints of ours on a form of allauth's, and no placeholder."""

    words: Mapping[str, tuple[_StrPromise | str, _StrPromise | str]] = {}
    use_required_attribute = False
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label, hint = self.words.get(name, (field.label, ""))
            field.label, field.help_text = label, hint
            field.widget.attrs.pop("placeholder", None)


_CODE = {
    "code": (
        _("Code"),
        _("Six digits from your authenticator, or one of your recovery codes."),
    )
}


class SignInForm(OurWords, account.LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    words = {"login": (_("E-mail address"), ""), "password": (_("Password"), "")}


class PasswordAgainForm(OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    words = {"password": (_("Password"), "")}


class ChangePasswordForm(OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """Old password, new password twice."""

    words = {
        "oldpassword": (_("Current password"), ""),
        "password1": (_("New password"), _("At least 12 characters, and not a common one.")),
        "password2": (_("New password again"), ""),
    }


class CodeForm(OurWords, factor.AuthenticateForm):  # type: ignore[misc]
    """The code of the second factor at sign-in."""

    words = _CODE

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        del authenticator
        accounts.record_failed_sign_in(email=self.user.email, factor="code", at=now())


class CodeAgainForm(OurWords, factor.ReauthenticateForm):  # type: ignore[misc]
    """The code of the second factor once more."""

    words = _CODE

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        del authenticator
        accounts.record_failed_sign_in(email=self.user.email, factor="code", at=now())


class SetUpCodeForm(OurWords, ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which proves that the authenticator knows the secret."""

    words = {"code": (_("Code"), _("Six digits that the authenticator shows now."))}
