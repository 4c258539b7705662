# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a proof file, each with a code and a sentence."""

from __future__ import annotations

SENTENCES = {
    "not_a_proof": "This is no proof file of ours. Save it again from the page of the indicator.",
    "unknown_version": "The proof file is of a later version. Install the newest Havn and try again.",
    "roster_missing": "The proof holds no roster, so nothing says whose the keys are. Save it again from the hub.",
    "roster_wrong": "The roster in the proof is not signed as it must be. Save the proof again; if it stays, tell the secretariat.",
    "root_differs": "The roster in the proof does not follow from the root that you gave. Do not believe it, and tell the secretariat.",
    "node_unknown": "The roster does not name this node for this country. Do not believe the figures.",
    "key_unknown": "The roster names no such key of this node. Do not believe the figures.",
    "key_revoked": "The key that signed was revoked, and no other node saw the report in the log before. Ask the country to sign it again.",
    "signature_wrong": "The signature under the report does not hold. Do not believe the figures.",
    "part_differs": "The figures are not those that were signed. Do not believe them; save the proof again.",
    "report_wrong": "The report in the proof is not in the agreed form. Save the proof again.",
    "log_missing": "The proof does not show that the report stands in the country's log. Save it again from the hub.",
    "log_wrong": "The log does not hold this report, or its signature does not hold. Do not believe the figures.",
    "leaf_differs": "The entry of the log commits to another report. Do not believe the figures.",
    "witnesses_missing": "Too few other nodes saw this log. Ask for a newer proof, or take fewer with --witnesses.",
    "office_missing": "The proof names no office that stated these figures. Save it again from the hub.",
    "table_wrong": "This is no table or page of ours: nothing in it says which figures it holds.",
}


class ProofError(Exception):
    """The figures cannot be believed on this proof."""

    def __init__(self, code: str, about: str = "") -> None:
        self.code = code
        self.sentence = SENTENCES[code]
        super().__init__(f"{self.sentence} ({about})" if about else self.sentence)
