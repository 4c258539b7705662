# SPDX-License-Identifier: Apache-2.0
"""Reading who this node is, who takes part, whose key is whose, and whether the roster still holds."""

from havn.domain.members.selectors._views import KeyView, NodeView
from havn.domain.members.selectors.acceptable import require_acceptable
from havn.domain.members.selectors.declaration import DeclarationView, declaration_texts
from havn.domain.members.selectors.keys import (
    KeyHolder,
    exchange_key_of,
    log_keys_of,
    node_of_key,
)
from havn.domain.members.selectors.membership import (
    ActView,
    HolderView,
    MemberView,
    alliance_member,
    alliance_members,
    office_holders,
)
from havn.domain.members.selectors.own import OwnNode, own_node, own_organisation
from havn.domain.members.selectors.own_keys import (
    KEY_NAMES,
    OwnKeyView,
    OwnPair,
    first_signing_pair,
    newest_own_key,
    own_exchange_private,
    own_keys,
    own_log_pair,
    own_signing_pair,
)
from havn.domain.members.selectors.participants import (
    OrganisationView,
    ParticipantView,
    participants,
)
from havn.domain.members.selectors.peers import (
    node_view,
    nodes_for_country,
    nodes_of_ids,
    nodes_of_member,
    orphan_mandates,
    peers,
    secretariat_nodes,
)
from havn.domain.members.selectors.roster import (
    BasisView,
    RosterView,
    is_usable,
    legal_basis_between,
    roster_state,
)

__all__ = [
    "KEY_NAMES",
    "ActView",
    "BasisView",
    "DeclarationView",
    "HolderView",
    "KeyHolder",
    "KeyView",
    "MemberView",
    "NodeView",
    "OrganisationView",
    "OwnKeyView",
    "OwnNode",
    "OwnPair",
    "ParticipantView",
    "RosterView",
    "alliance_member",
    "alliance_members",
    "declaration_texts",
    "exchange_key_of",
    "first_signing_pair",
    "is_usable",
    "legal_basis_between",
    "log_keys_of",
    "newest_own_key",
    "node_of_key",
    "node_view",
    "nodes_for_country",
    "nodes_of_ids",
    "nodes_of_member",
    "office_holders",
    "orphan_mandates",
    "own_exchange_private",
    "own_keys",
    "own_log_pair",
    "own_node",
    "own_organisation",
    "own_signing_pair",
    "participants",
    "peers",
    "require_acceptable",
    "roster_state",
    "secretariat_nodes",
]
