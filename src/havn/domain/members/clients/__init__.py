# SPDX-License-Identifier: Apache-2.0
"""The roster as signed files: read and followed by every node, made and published by the ceremony.

    roster = TufRoster(folder, first_root=root, fetcher=GuardedFetcher(client, hub)).read()

Needs neither Django nor a database, so that key holders sign on machines that have neither.
"""

from havn.domain.members.clients._acts import add_office, new_act
from havn.domain.members.clients._ceremony import (
    Current,
    Founding,
    acceded,
    admitted,
    policy,
    propose,
    propose_founding,
    replaced,
    rotated,
    secretariat_changed,
    suspended,
)
from havn.domain.members.clients._holders import (
    new_holder_key,
    open_holder_key,
    public_line,
    read_public_line,
    tuf_key,
)
from havn.domain.members.clients._joining import Joined, holders_in, join, joined
from havn.domain.members.clients._proposals import Proposal, merged
from havn.domain.members.clients._repository import RESIGN_AFTER, Repository, missing_words
from havn.domain.members.clients._source import (
    FolderFetcher,
    GuardedFetcher,
    RosterSource,
    TufRoster,
)
from havn.domain.members.clients._words import changes_in_words

__all__ = [
    "RESIGN_AFTER",
    "Current",
    "FolderFetcher",
    "Founding",
    "GuardedFetcher",
    "Joined",
    "Proposal",
    "Repository",
    "RosterSource",
    "TufRoster",
    "acceded",
    "add_office",
    "admitted",
    "changes_in_words",
    "holders_in",
    "join",
    "joined",
    "merged",
    "missing_words",
    "new_act",
    "new_holder_key",
    "open_holder_key",
    "policy",
    "propose",
    "propose_founding",
    "public_line",
    "read_public_line",
    "replaced",
    "rotated",
    "secretariat_changed",
    "suspended",
    "tuf_key",
]
