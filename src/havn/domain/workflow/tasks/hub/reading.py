# SPDX-License-Identifier: Apache-2.0
"""Which events of other nodes a hub reads, and by whom: a further kind is one more line here."""

from __future__ import annotations

from havn.domain.workflow.tasks import exchanging

READINGS: dict[str, exchanging.Reading] = {}
