# SPDX-License-Identifier: Apache-2.0
"""What a node says about itself (`havn node keys`): the file that goes into a proposal to admit it or change its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from havn.domain.members.rules.participant import (
    KEY_LISTS,
    PARTICIPANT_KINDS,
    code_pattern,
    read_node,
    read_organisation,
)
from havn.domain.members.rules.reading import Fields, parse_json, version_first

NAME = "The node's description"


@dataclass(frozen=True, slots=True)
class NodeDescription:
    """A node's own words; roles and mandates are not its own to say."""

    code: str
    kind: str
    name: str
    organisation: dict[str, Any]
    node: dict[str, Any]
    keys: dict[str, str]

    def as_value(self) -> dict[str, Any]:
        """Return the description as a file holds it."""
        return {
            "v": 1,
            "participant": {"code": self.code, "kind": self.kind, "name": self.name},
            "organisation": self.organisation,
            "node": self.node,
            "keys": self.keys,
        }

    def as_node(self, *, since: int) -> dict[str, Any]:
        """Return the node as a participant's file lists it."""
        keys = {
            name: [{"public": self.keys[use.value], "since": since, "revoked": False}]
            for name, use in KEY_LISTS.items()
        }
        return {
            "id": self.node["id"],
            "organisation": self.organisation["id"],
            "name": self.node["name"],
            "base": self.node["base"],
            "state": "active",
            "protocol": self.node["protocol"],
            **keys,
        }


def parse_description(content: bytes) -> NodeDescription:
    """Return what a node says about itself; raises RosterError."""
    value = parse_json(content, name=NAME)
    version_first(value, NAME, known=(1,))
    fields = Fields.of(value, NAME, names={"v", "participant", "organisation", "node", "keys"})
    about = fields.inner("participant", names={"code", "kind", "name"})
    kind = about.choice("kind", PARTICIPANT_KINDS)
    keys = fields.inner("keys", names={use.value for use in KEY_LISTS.values()})
    node = fields.inner("node", names={"id", "name", "base", "protocol"})
    found = NodeDescription(
        code=about.matching("code", code_pattern(kind), what="a country's two letters, or a name"),
        kind=kind,
        name=about.text("name", most=120),
        organisation=dict(
            fields.inner(
                "organisation", names={"id", "name", "kind", "languages", "contact"}
            ).values
        ),
        node=dict(node.values),
        keys={use.value: str(keys.values[use.value]) for use in KEY_LISTS.values()},
    )
    organisation = {**found.organisation, "roles": [], "mandates": []}
    read_organisation(organisation, f"{NAME}.organisation")
    read_node(found.as_node(since=1), f"{NAME}.node", allow_insecure=True)
    return found
