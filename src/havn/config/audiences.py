# SPDX-License-Identifier: Apache-2.0
"""What each audience's process needs: keys, URL map, middleware and database role."""

from __future__ import annotations

from dataclasses import dataclass

from havn.lib.keyring import Keyring

_HEADERS = ["havn.web.frame.middleware.HeadersMiddleware"]
# Outside all that makes a reply, since it signs it.
_GATE = ["havn.web.node_api.gate.SignatureGate"]
_FRAME = [
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "havn.web.frame.middleware.PathLanguageMiddleware",
    "havn.web.frame.middleware.EndingSlashMiddleware",
    "havn.web.frame.middleware.DomainErrorsMiddleware",
]
_DESK = [
    "havn.web.desk.middleware.DeskSessionMiddleware",
    "havn.web.desk.middleware.DeskCsrfMiddleware",
    "havn.web.desk.middleware.DeskAuthenticationMiddleware",
    "havn.web.desk.middleware.DeskMessagesMiddleware",
    "havn.web.desk.middleware.DeskAccountMiddleware",
    "havn.web.desk.middleware.SecondFactorMiddleware",
]


@dataclass(frozen=True, slots=True)
class Audience:
    """One kind of process."""

    name: str
    secret: str  # the name of its Django secret, empty where nothing is signed with one
    needs: frozenset[str]  # keys without which it refuses to start
    database_role: str
    middleware: list[str]
    has_pages: bool = True
    has_desk: bool = False
    hub_needs: frozenset[str] = frozenset()  # and these on a hub

    def needs_of(self, role: str) -> frozenset[str]:
        """Return the keys without which it refuses to start in an installation of this role."""
        return self.needs | (self.hub_needs if role == "hub" else frozenset())

    def secret_key(self, keyring: Keyring) -> str:
        """Return Django's secret of this audience; where there is no cookie and no form, there is none."""
        if not self.secret:
            return "this process signs nothing with a secret of Django's"
        return keyring.read(self.secret).hex()

    def urls_of(self, role: str) -> str:
        """Return the module of the URL map."""
        if not self.has_pages:
            return "havn.config.urls.shared"
        if role == "hub" and self.name != "node":
            return f"havn.config.urls.{'hub_desk' if self.name == 'desk' else 'hub'}"
        return f"havn.config.urls.{self.name}"


_PUBLIC_KEYS = frozenset(
    {
        "django-secret-public",
        "form-key",
        "answer-link-key",
        "receipt-pepper",
        "desk-sealing-key.pub",
    }
)
_DESK_KEYS = frozenset(
    {
        "django-secret-desk",
        "desk-opening-key",
        "desk-sealing-key.pub",
        "node-signing-key.pub",  # a package's signature is checked whenever it is opened
    }
)
# What is given to other nodes is sealed to them, and what they ask to the desk: nothing here opens it.
_NODE_KEYS = frozenset({"node-signing-key", "node-signing-key.pub", "desk-sealing-key.pub"})
_WORKER_KEYS = frozenset(
    {
        "desk-opening-key",
        "desk-sealing-key.pub",
        "answer-link-key",
        "audit-anchor-key",
        "audit-anchor-key.pub",
        "node-signing-key",
        "node-signing-key.pub",
        # It alone appends to the log, finds what is for this node in those of others, and opens it.
        "log-checkpoint-key",
        "log-checkpoint-key.pub",
        "exchange-key",
        "exchange-key.pub",
    }
)

AUDIENCES: dict[str, Audience] = {
    "public": Audience(
        "public", "django-secret-public", _PUBLIC_KEYS, "havn_public", _HEADERS + _FRAME
    ),
    "desk": Audience(
        "desk",
        "django-secret-desk",
        _DESK_KEYS,
        "havn_desk",
        _HEADERS + _FRAME + _DESK,
        has_desk=True,
    ),
    "alliance": Audience(
        "alliance",
        "django-secret-alliance",
        frozenset({"django-secret-alliance"}),
        "havn_alliance",
        _HEADERS + _FRAME,
    ),
    "node": Audience("node", "", _NODE_KEYS, "havn_node", _HEADERS + _GATE + _FRAME),
    "worker": Audience(
        "worker",
        "",
        _WORKER_KEYS,
        "havn_worker",
        [],
        has_pages=False,
        hub_needs=frozenset({"roster-online-key", "roster-online-key.pub"}),
    ),
    "command": Audience("command", "", frozenset(), "havn_operator", [], has_pages=False),
    "all": Audience(
        "all",
        "django-secret-desk",
        _PUBLIC_KEYS | _DESK_KEYS | _NODE_KEYS,
        "havn_all",
        _HEADERS + _GATE + _FRAME + _DESK,
        has_desk=True,
    ),
}
