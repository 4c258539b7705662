# SPDX-License-Identifier: Apache-2.0
"""The measure of benchmarks/intake.py: Django with one view that inserts one row, and nothing else."""

import os
import uuid

import django
from django.conf import settings

from havn.config.environment import Environment, database_settings

settings.configure(
    SECRET_KEY="bare",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": database_settings(Environment.read())},
    INSTALLED_APPS=[],
    MIDDLEWARE=[],
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class Bare(models.Model):
    """One row per request: a key and the body."""

    id = models.UUIDField(primary_key=True)
    body = models.BinaryField()

    class Meta:
        app_label = "bare"


def take(request):
    """Insert the body in one transaction and answer."""
    with transaction.atomic():
        Bare.objects.create(id=uuid.uuid4(), body=request.POST["state"].encode())
    return HttpResponse("kept")


urlpatterns = [path("take", take)]
application = get_wsgi_application()
if os.environ.get("BARE_MAKE_TABLE"):
    with connection.schema_editor() as editor:
        editor.create_model(Bare)
