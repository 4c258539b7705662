# SPDX-License-Identifier: Apache-2.0
"""What every template of every audience knows without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language

from havn.web.frame import language

if TYPE_CHECKING:
    from django.http import HttpRequest


HELPLINE_OF_THE_UNION = "116 111"  # free of charge wherever it answers


def frame(request: HttpRequest | None) -> dict[str, Any]:  # noqa: ARG001
    """Return language, direction, whom to call, and whether the node only demonstrates; nothing about the request."""
    policy_name = getattr(settings, "HAVN_POLICY_NAME", "")
    is_demonstration = policy_name.startswith("insecure-demo")
    return {
        "lang": get_language() or settings.LANGUAGE_CODE,
        "dir": language.direction(),
        "policy_name": policy_name,
        "is_demonstration": is_demonstration,
        "emergency_number": settings.HAVN_EMERGENCY_NUMBER,
        "helpline": settings.HAVN_HELPLINE,
        "helpline_name": settings.HAVN_HELPLINE_NAME,
        "is_helpline_free": settings.HAVN_HELPLINE == HELPLINE_OF_THE_UNION,
        # There until the demonstration's past is written (cli/demonstration.py).
        "is_past_missing": is_demonstration
        and (settings.HAVN_FOLDER / "demonstration-history.pending").exists(),
    }
