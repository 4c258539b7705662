# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with something sealed."""


class SealError(Exception):
    """It does not open: another key, another purpose, or somebody changed it. Which one is not told."""


class ExpiredError(SealError):
    """It is genuine and too old."""
