# SPDX-License-Identifier: Apache-2.0
"""Tables of people and their roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    """A member of staff who signs in with a password and a second factor."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    organisation = models.UUIDField()
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = BaseUserManager["Person"]()

    def __str__(self) -> str:
        return self.name


class RoleHeld(models.Model):
    """A role that a person holds."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles_held")
    role = models.CharField(max_length=12)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "role"], name="accounts_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.person_id}"


class SignInCounter(models.Model):
    """Failed sign-ins per account for all processes: the table of Django's database cache."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "accounts_sign_in_counter"

    def __str__(self) -> str:
        return "counter"
