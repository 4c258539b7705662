# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a log, each with a code and a sentence: what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from havn.lib.feed._evidence import Evidence

FEED_SENTENCES: Mapping[str, str] = {
    # notes, checkpoints, cosignatures
    "note_malformed": "This is no signed note in the agreed form. Ask for it again.",
    "unknown_log_key": "No key that the roster names for this log signed the checkpoint. Refresh the roster and ask again.",
    "revoked_log_key": "The checkpoint is signed only with a key that the roster has revoked. The log has to sign with its new key.",
    "log_signature_wrong": "The log's signature under the checkpoint does not hold. Ask for it again.",
    "wrong_origin": "The checkpoint is another log's. Look at the address it was asked from.",
    "cosignature_wrong": "A cosignature of a known witness does not hold, or one that is needed is missing. Ask for the checkpoint again.",
    "time_runs_back": "The larger checkpoint says it is older than the one we hold. The log's operator has to look at its clock.",
    "time_runs_ahead": "The checkpoint was signed more than ten minutes in our future. Compare the two clocks.",
    "smaller_tree": "The log offers fewer entries than it had signed before. Ask again; if it stays, raise the alarm.",
    "forked": "The log signed two histories that exclude each other. Stop trusting it and hand on the evidence.",
    # entries
    "page_truncated": "The page ends before its last entry. Ask for it again.",
    "page_too_large": "The page holds more than was asked for. Ask for it again.",
    "gap": "Entries are missing between what we hold and what the log signed. Ask for them again.",
    "nothing_expected": "No checkpoint waits for entries. Ask for a checkpoint first.",
    "leaf_malformed": "An entry is no leaf in the agreed form. Ask again; if it stays, the log's operator has to look.",
    "unknown_leaf_version": "The leaf has a version that this node does not know. It is kept as it is; update the node to read it.",
    "leaf_swapped": "An entry is not the one that the log had signed at this place. Ask again; with evidence, raise the alarm.",
    "root_differs": "The entries do not lead to the root that the log signed. Have the log's hash tiles compared.",
    "proof_wrong": "The proof does not lead to the signed root. Ask for the proof again.",
    # payloads
    "commitment_differs": "The payload is not what the leaf commits to. Ask its sender again.",
    "payload_malformed": "The payload is not in the agreed form. Its sender has to look.",
    "unknown_payload_version": "The payload has a version that this node does not know. It is kept and shown; update the node to read it.",
    "counter_gap": "Something sent to this audience before has not arrived. Ask for the payloads that are missing.",
    "counter_repeated": "This number was used before for this audience. The sender has to look.",
    "key_unusable": "The other node's exchange key cannot be used. The roster has to carry a new one.",
    # addresses, evidence, recovery
    "path_malformed": "There is no such tile: its path is not in the one agreed form.",
    "evidence_malformed": "This is no evidence file in the agreed form.",
    "evidence_proves_nothing": "What the file holds does not prove what it says.",
    "not_confirmed": "Too few peers have said what they last saw of this log. Sign nothing; ask more of them.",
    "behind_own_log": "Peers hold more of this log than this node does. Take the entries back from their mirrors before signing.",
}


class FeedError(Exception):
    """Refused, and nothing has changed: `code` for programs, `sentence` for people, `details` for the page.

    `evidence` is there where the log itself signed what proves it wrong.
    """

    def __init__(
        self,
        code: str,
        details: Mapping[str, str | int] | None = None,
        *,
        evidence: Evidence | None = None,
    ) -> None:
        self.code = code
        self.sentence = FEED_SENTENCES[code]
        self.details: dict[str, str | int] = dict(details or {})
        self.evidence = evidence
        told = ", ".join(f"{name}: {value}" for name, value in self.details.items())
        super().__init__(f"{self.sentence} ({told})" if told else self.sentence)
