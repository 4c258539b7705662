# SPDX-License-Identifier: Apache-2.0
"""Verifying published figures offline: one proof file, and perhaps a table or a saved page to compare with it.

    proof = verify_proof_file(content, pinned_root=None)
    found = compare_csv(proof, table)     # or compare_json, compare_page

Refused with ProofError, whose sentence says what does not hold and what to do.
"""

from havn.kit.figures._comparing import (
    Compared,
    Verdict,
    compare_csv,
    compare_json,
    compare_page,
    mark_of,
)
from havn.kit.figures._errors import ProofError
from havn.kit.figures._proof import VerifiedProof, verify_proof_file

__all__ = [
    "Compared",
    "ProofError",
    "Verdict",
    "VerifiedProof",
    "compare_csv",
    "compare_json",
    "compare_page",
    "mark_of",
    "verify_proof_file",
]
