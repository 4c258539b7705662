# SPDX-License-Identifier: Apache-2.0
"""Django's settings for every role and audience; each value follows from the environment."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from havn.config.audiences import AUDIENCES
from havn.config.environment import Environment, database_settings
from havn.config.policy import read_policy
from havn.config.settings_sign_in import *  # noqa: F403 - one namespace is what Django reads
from havn.config.settings_sign_in import SIGN_IN_COUNTERS
from havn.lib.keyring import Keyring
from havn.web.frame.logging import LOGGING as FRAME_LOGGING

HAVN_ENVIRONMENT = Environment.read()
HAVN_ROLE = HAVN_ENVIRONMENT.role
HAVN_AUDIENCE = AUDIENCES[HAVN_ENVIRONMENT.audience]
HAVN_KEYRING = Keyring(HAVN_ENVIRONMENT.keys)
HAVN_POLICY = read_policy(HAVN_ENVIRONMENT.policy)
HAVN_POLICY_NAME = HAVN_POLICY.name
HAVN_FOLDER = HAVN_ENVIRONMENT.folder
# Those of the European Union, where the node gives none of its own.
HAVN_EMERGENCY_NUMBER = HAVN_ENVIRONMENT.emergency_number or "112"
HAVN_HELPLINE = HAVN_ENVIRONMENT.helpline or "116 111"
HAVN_HELPLINE_NAME = HAVN_ENVIRONMENT.helpline_name
# What the signatures of requests cover as the beginning of their address; the roster names the same.
HAVN_NODE_ADDRESS = HAVN_ENVIRONMENT.node_address
HAVN_WORK = "casework" if HAVN_ROLE == "node" else "hub"

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
    "allauth",
    "havn.web.desk.sign_in.apps.AccountsOfStaffConfig",
    "allauth.mfa",
    "havn.domain.audit",
    "havn.domain.accounts",
    "havn.domain.ledger",
    "havn.domain.jobs",
    "havn.domain.indicators",
    "havn.domain.members",
    "havn.domain.commitments",
    "havn.domain.exchange",
    "havn.domain.legislation",
    "havn.web.frame",
]
NODE_APPS = [
    "havn.domain.cases",
    "havn.domain.intake",
    "havn.domain.assessment",
    "havn.domain.tracing",
    "havn.domain.referral",
    "havn.domain.takedown",
    "havn.domain.investigation",
    "havn.domain.reporting",
    "havn.domain.workflow",
    "havn.web.public_site",
    "havn.web.desk",
]
HUB_APPS = [
    "havn.domain.publication",
    "havn.domain.workflow",
    "havn.web.desk",
    "havn.web.alliance_site",
]
INSTALLED_APPS = SHARED_APPS + (NODE_APPS if HAVN_ROLE == "node" else HUB_APPS)

MIDDLEWARE = HAVN_AUDIENCE.middleware
ROOT_URLCONF = HAVN_AUDIENCE.urls_of(HAVN_ROLE)
WSGI_APPLICATION = "havn.config.wsgi.application"
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if HAVN_ENVIRONMENT.is_https else None
)
APPEND_SLASH = True

_PROCESSORS = ["django.template.context_processors.request", "havn.web.frame.context.frame"]
_DESK_PROCESSORS = [
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": _PROCESSORS
            + (_DESK_PROCESSORS if HAVN_AUDIENCE.has_desk else []),
        },
    }
]
FORM_RENDERER = "havn.web.frame.forms.HavnRenderer"

DATABASES = {"default": database_settings(HAVN_ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"
# Where nobody signs in, the process's database role may not touch the counters.
NO_COUNTERS = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
CACHES = {
    "default": SIGN_IN_COUNTERS if HAVN_AUDIENCE.has_desk else NO_COUNTERS,
    # Pages as they look before the one word that differs is put in; nothing of a visitor.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": None,
    },
}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("da", _("Danish"))]
LOCALE_PATHS = [str(Path(__file__).resolve().parent.parent / "locale")]

STATIC_URL = "/static/"
STATIC_ROOT = str(HAVN_FOLDER / "static" / HAVN_AUDIENCE.name)
# `havn serve` collects the files first; a process that found none takes them where they lie.
_IS_COLLECTED = (Path(STATIC_ROOT) / "staticfiles.json").is_file()
WHITENOISE_USE_FINDERS = not _IS_COLLECTED
WHITENOISE_AUTOREFRESH = False
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _IS_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 0
FILE_UPLOAD_HANDLERS: list[str] = []

LOGGING = FRAME_LOGGING
DEFAULT_EXCEPTION_REPORTER = "havn.web.frame.logging.PlainExceptionReporter"
ADMINS: list[str] = []
