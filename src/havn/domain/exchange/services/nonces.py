# SPDX-License-Identifier: Apache-2.0
"""Taking the nonce of a signed request once."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from havn.domain.actor import Actor
from havn.domain.exchange.models import SeenNonce


def take_nonce(*, key_id: str, nonce: str, until: datetime, actor: Actor, at: datetime) -> bool:
    """Keep that a request with this nonce was taken; false when it was taken before.

    `until` is the last instant at which the request would still be believed; what is older is swept away.
    """
    del actor  # the request is refused or answered, and that leaves its own trace
    with (
        transaction.atomic()
    ):  # one for both: each request of another node waits for it to be on disk
        SeenNonce.objects.filter(until__lt=at).delete()
        try:
            with transaction.atomic():
                SeenNonce.objects.create(key_id=key_id, nonce=nonce, until=until)
        except IntegrityError:
            return False
    return True
