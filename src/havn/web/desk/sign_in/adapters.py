# SPDX-License-Identifier: Apache-2.0
"""What allauth asks us: nobody signs up, secrets are encrypted, sign-ins are audited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from havn.domain.accounts import selectors as people
from havn.domain.accounts import services as accounts
from havn.lib import sealing
from havn.lib.clock import now
from havn.lib.encoding import b64u, from_b64u
from havn.lib.keyring import Keyring

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_PURPOSE = "second-factor"


def encrypt_factor(text: str, *, keyring: Keyring) -> str:
    """Return the secret encrypted under a key derived from the desk's Django secret."""
    return b64u(sealing.encrypt(text.encode(), _factor_key(keyring), purpose=_PURPOSE))


def decrypt_factor(sealed: str, *, keyring: Keyring) -> str:
    """Return the secret; raises SealError when it was not encrypted by this node."""
    return sealing.decrypt(from_b64u(sealed), _factor_key(keyring), purpose=_PURPOSE).decode()


def _factor_key(keyring: Keyring) -> bytes:
    secret = keyring.read("django-secret-desk")
    return sealing.keyed_digest("data key", secret, purpose=_PURPOSE)


def enrol(*, person_id: UUID, secret: str) -> list[str]:
    """Give a person a second factor with this base32 secret; return the recovery codes.

    For staff whom the command makes: everybody else sets up the factor at the first sign-in.
    """
    factor = encrypt_factor(secret, keyring=settings.HAVN_KEYRING)
    Authenticator.objects.update_or_create(
        user_id=person_id, type=Authenticator.Type.TOTP, defaults={"data": {"secret": factor}}
    )
    codes: list[str] = RecoveryCodes.activate(
        get_user_model().objects.get(pk=person_id)
    ).get_unused_codes()
    return codes


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the operator; every sign-in leaves an audit entry."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Ask the operator of your node."),
        "email_password_mismatch": _(
            "E-mail address and password do not match an account. Check both and try again."
        ),
        "enter_current_password": _("That is not your current password. Try again."),
        "incorrect_password": _("That is not your password. Try again."),
        "too_many_login_attempts": _(
            "Too many failed attempts for this account. Wait five minutes, then try again."
        ),
        "rate_limited": _("Too many failed attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: the operator makes accounts."""
        del request
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that follows speaks for itself."""

    def set_password(self, user: Any, password: str) -> None:
        """Give a person the password that they chose, and audit it."""
        actor = people.actor_of(person_id=user.pk)
        accounts.set_password(person_id=user.pk, password=password, actor=actor, at=now())
        user.refresh_from_db(fields=["password"])  # The session goes on under its new digest.

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Go back to the page from which a password is changed."""
        del request
        return reverse("mfa_index")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Audit the sign-in where both factors were right; the first one is audited with the set-up."""
        if is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            actor = people.actor_of(person_id=user.pk)
            accounts.record_sign_in(actor=actor, at=now())
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Audit the sign-out, then end the session."""
        if request.user.is_authenticated:
            actor = people.actor_of(person_id=request.user.pk)
            accounts.record_sign_out(actor=actor, at=now())
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a wrong password of an account that exists."""
        del request
        accounts.record_failed_sign_in(
            email=str(credentials.get("email", "")), factor="password", at=now()
        )


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted; nobody switches the second factor off."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("That code is not right. Wait for the next one and try again."),
    }

    def encrypt(self, text: str) -> str:
        """Return the secret as it is stored."""
        return encrypt_factor(text, keyring=settings.HAVN_KEYRING)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret as it is used."""
        return decrypt_factor(encrypted_text, keyring=settings.HAVN_KEYRING)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The desk cannot be entered without one."""
        del authenticator
        return False
