# SPDX-License-Identifier: Apache-2.0
"""Sessions of staff, stored under a digest of their key: who reads the database, its log or a backup comes in nowhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends import db

from havn.lib.clock import now

if TYPE_CHECKING:
    from django.contrib.sessions.base_session import AbstractBaseSession

_LENGTH = 40  # of Django's column; 160 bits


def digest_of(session_key: str) -> str:
    """Return what stands in the database for a session key, which is random enough to need no salt."""
    return hashlib.sha256(session_key.encode("utf-8")).hexdigest()[:_LENGTH]


class SessionStore(db.SessionStore):
    """Django's sessions in the database, but for the name of their rows."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row = self.model.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        """Whether somebody holds this key."""
        return self.model.objects.filter(session_key=digest_of(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row of this session."""
        row = super().create_model_instance(data)
        row.session_key = digest_of(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """This session, or the one of the given key, is gone."""
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=digest_of(key)).delete()
