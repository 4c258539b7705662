# SPDX-License-Identifier: Apache-2.0
"""Settings of signing in at the desk: cookies, passwords, second factor, throttles."""

from __future__ import annotations

from typing import Any

from havn.config.environment import Environment

_IS_HTTPS = Environment.read().is_https

SESSION_ENGINE = "havn.web.desk.sign_in.sessions"
SESSION_COOKIE_NAME = "havn_desk"
SESSION_COOKIE_PATH = "/desk"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "havn_desk_form"
CSRF_COOKIE_PATH = "/desk"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SECURE = _IS_HTTPS
CSRF_FAILURE_VIEW = "havn.web.frame.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:home"

ACCOUNT_ADAPTER = "havn.web.desk.sign_in.adapters.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {
    "login": "havn.web.desk.sign_in.forms.SignInForm",
    "reauthenticate": "havn.web.desk.sign_in.forms.PasswordAgainForm",
    "change_password": "havn.web.desk.sign_in.forms.ChangePasswordForm",
}
# Counted per account, never per network address: none is stored or even looked at.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/5m/key",
    "signup": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "request_login_code": None,
    "verify_phone": None,
    "confirm_email": None,
    "change_phone": None,
}
MFA_ADAPTER = "havn.web.desk.sign_in.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Havn"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "havn.web.desk.sign_in.forms.CodeForm",
    "reauthenticate": "havn.web.desk.sign_in.forms.CodeAgainForm",
    "activate_totp": "havn.web.desk.sign_in.forms.SetUpCodeForm",
}
# Failed attempts are counted in a table, so that the counts of several processes add up.
SIGN_IN_COUNTERS = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "accounts_sign_in_counter",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
