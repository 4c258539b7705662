# SPDX-License-Identifier: Apache-2.0
"""A pretend outside world on loopback: names, registry, providers, mail and people."""

from havn.lab.mail import Letter, MailServer
from havn.lab.names import NameServer
from havn.lab.providers import Page, ProviderServer
from havn.lab.registry import Network, RegistryServer
from havn.lab.serving import free_port
from havn.lab.world import Lab

__all__ = [
    "Lab",
    "Letter",
    "MailServer",
    "NameServer",
    "Network",
    "Page",
    "ProviderServer",
    "RegistryServer",
    "free_port",
]
