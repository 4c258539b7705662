# SPDX-License-Identifier: Apache-2.0
"""What is said of figures that are not shown: the same on every site, on the desk and in documents."""

from __future__ import annotations

from django.utils.translation import gettext as _


def what_a_dash_means() -> str:
    """Return why a dash stands where a figure would."""
    return _(
        "A dash stands for a figure that is not shown: it is so small that it could tell something about single "
        "people or cases, or it rests on too few to mean anything."
    )


def held_back() -> str:
    """Return when figures of police work are shown."""
    return _(
        "Figures of police work are hidden until a year after their period, and until the country that led an "
        "operation has released them."
    )
