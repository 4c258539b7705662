# SPDX-License-Identifier: Apache-2.0
"""Being somebody whom modes bind, though root runs the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def not_as_root() -> Iterator[None]:
    """Be nobody for a while if this is root; the folder that is looked at has to be open to all."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
