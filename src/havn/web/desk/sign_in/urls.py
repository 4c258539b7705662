# SPDX-License-Identifier: Apache-2.0
"""Pages of signing in; the names are allauth's, which it looks up itself."""

from __future__ import annotations

from django.urls import path

from havn.lib.http import FORM
from havn.web.desk.sign_in import views
from havn.web.frame.bodies import shows, takes

urlpatterns = [
    path("", takes(FORM)(views.sign_in), name="account_login"),
    path("code/", takes(FORM)(views.code), name="mfa_authenticate"),
    path("out/", takes(FORM)(views.sign_out), name="account_logout"),
    path("closed/", shows(views.closed), name="account_inactive"),
    path("password-again/", takes(FORM)(views.password_again), name="account_reauthenticate"),
    path("code-again/", takes(FORM)(views.code_again), name="mfa_reauthenticate"),
    path("set-up/", takes(FORM)(views.SetUpFactor.as_view()), name="mfa_activate_totp"),
    path("codes/", shows(views.see_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", takes(FORM)(views.NewCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("yours/", shows(views.factors), name="mfa_index"),
    path("yours/password/", takes(FORM)(views.change_password), name="account_change_password"),
    # Allauth goes here when the factor is set.
    path("yours/factor/", shows(views.factors), name="mfa_deactivate_totp"),
]
