# SPDX-License-Identifier: Apache-2.0
"""Registers the app with Django."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The app `workflow`."""

    name = "havn.domain.workflow"
    label = "workflow"
    default_auto_field = "django.db.models.BigAutoField"
