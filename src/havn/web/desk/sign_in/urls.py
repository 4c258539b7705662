# SPDX-License-Identifier: Apache-2.0
"""Pages of signing in; the names are allauth's, which it looks up itself."""

from __future__ import annotations

from django.urls import path

from havn.lib.http import FORM
from havn.web.desk.sign_in import views
from havn.web.frame.bodies import allow

urlpatterns = [
    path("", allow(views.sign_in, FORM), name="account_login"),
    path("code/", allow(views.code, FORM), name="mfa_authenticate"),
    path("out/", allow(views.sign_out, FORM), name="account_logout"),
    path("closed/", views.closed, name="account_inactive"),
    path("password-again/", allow(views.password_again, FORM), name="account_reauthenticate"),
    path("code-again/", allow(views.code_again, FORM), name="mfa_reauthenticate"),
    path("set-up/", allow(views.SetUpFactor.as_view(), FORM), name="mfa_activate_totp"),
    path("codes/", views.see_codes, name="mfa_view_recovery_codes"),
    path("codes/new/", allow(views.NewCodes.as_view(), FORM), name="mfa_generate_recovery_codes"),
    path("yours/", views.factors, name="mfa_index"),
    path("yours/password/", allow(views.change_password, FORM), name="account_change_password"),
    path("yours/factor/", views.factors, name="mfa_deactivate_totp"),  # allauth goes here when set
]
