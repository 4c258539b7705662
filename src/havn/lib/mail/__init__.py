# SPDX-License-Identifier: Apache-2.0
"""Mail: what stands at its head, and the relay that it leaves over."""

from havn.lib.mail._letters import Correspondent, new_mail, one_line
from havn.lib.mail._smtp import (
    InsecureMailWarning,
    MailError,
    MailGateway,
    NoRelay,
    Relay,
    SmtpGateway,
)

__all__ = [
    "Correspondent",
    "InsecureMailWarning",
    "MailError",
    "MailGateway",
    "NoRelay",
    "Relay",
    "SmtpGateway",
    "new_mail",
    "one_line",
]
