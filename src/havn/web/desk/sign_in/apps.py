# SPDX-License-Identifier: Apache-2.0
"""Registers allauth's accounts without its demand for a middleware in every process."""

from allauth.account.apps import AccountConfig


class AccountsOfStaffConfig(AccountConfig):  # type: ignore[misc]
    """allauth's accounts; only processes with a desk carry its middleware, and under /desk/ alone."""

    def ready(self) -> None:
        """Register allauth's checks, but do not insist on the middleware's own name."""
        from allauth.account import checks  # noqa: F401
