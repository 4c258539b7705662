# SPDX-License-Identifier: Apache-2.0
"""Django's settings for every role and audience; each value follows from the environment."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from havn.config.audiences import AUDIENCES
from havn.config.environment import Environment, database_settings
from havn.config.policy import read_policy
from havn.lib.keyring import Keyring

HAVN_ENVIRONMENT = Environment.read()
HAVN_AUDIENCE = AUDIENCES[HAVN_ENVIRONMENT.audience]
HAVN_KEYRING = Keyring(HAVN_ENVIRONMENT.keys)
HAVN_POLICY = read_policy(HAVN_ENVIRONMENT.policy)
HAVN_POLICY_NAME = HAVN_POLICY.name
HAVN_FOLDER = HAVN_ENVIRONMENT.folder

SECRET_KEY = HAVN_AUDIENCE.secret_key(HAVN_KEYRING)
DEBUG = False
ALLOWED_HOSTS = list(HAVN_ENVIRONMENT.hosts)

SHARED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "havn.domain.audit",
    "havn.domain.accounts",
    "havn.domain.ledger",
    "havn.domain.jobs",
    "havn.domain.indicators",
    "havn.domain.members",
    "havn.web.frame",
]
NODE_APPS = [
    "havn.domain.cases",
    "havn.domain.intake",
    "havn.domain.assessment",
    "havn.domain.tracing",
    "havn.domain.takedown",
    "havn.domain.investigation",
    "havn.domain.reporting",
    "havn.domain.workflow",
    "havn.web.public_site",
    "havn.web.desk",
]
HUB_APPS = ["havn.domain.workflow", "havn.web.alliance_site", "havn.web.desk"]
INSTALLED_APPS = SHARED_APPS + (NODE_APPS if HAVN_ENVIRONMENT.role == "node" else HUB_APPS)
HAVN_WORK = "casework" if HAVN_ENVIRONMENT.role == "node" else "hub"

MIDDLEWARE = HAVN_AUDIENCE.middleware
ROOT_URLCONF = HAVN_AUDIENCE.urls_of(HAVN_ENVIRONMENT.role)
WSGI_APPLICATION = "havn.config.wsgi.application"

DATABASES = {"default": database_settings(HAVN_ENVIRONMENT)}
AUTH_USER_MODEL = "accounts.Person"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("da", _("Danish"))]
LOCALE_PATHS = [str(Path(__file__).resolve().parent.parent / "locale")]

DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 0
FILE_UPLOAD_HANDLERS: list[str] = []
