# SPDX-License-Identifier: Apache-2.0
"""Mail that leaves over one relay: notices of a node, reminders of a hub."""

from havn.lib.mail._smtp import (
    InsecureMailWarning,
    MailError,
    MailGateway,
    NoRelay,
    Relay,
    SmtpGateway,
)

__all__ = ["InsecureMailWarning", "MailError", "MailGateway", "NoRelay", "Relay", "SmtpGateway"]
