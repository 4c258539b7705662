# SPDX-License-Identifier: Apache-2.0
"""A stated report of a made-up member that is right in every part, and proposals for its texts."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.proofs import made_up_proof

PRIVATE = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
OTHER_PUBLIC = Ed25519PrivateKey.from_private_bytes(PRIVATE[::-1]).public_key().public_bytes_raw()
REPORT = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c001"
EARLIER = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c002"
NODE = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c003"
PROMISE = "5b1ff2ae-6d2b-4d0e-9c1a-1f0d3a17c004"

FIGURE: dict[str, Any] = {
    "period": "2026",
    "measure": "received",
    "breakdown": "",
    "code": "",
    "value": "1204",
    "lower_bound": None,
    "numerator": None,
    "denominator": None,
    "n_started": None,
    "n_done": None,
    "n_censored": None,
    "status": "A",
    "low": None,
    "high": None,
    "source": "Register of the hotline, table 3",
}
AWAY = FIGURE | {"breakdown": "language", "code": "_N", "value": None, "status": "Q"}
HIDDEN = FIGURE | {"breakdown": "channel", "code": "web", "value": None, "status": "Q"}
PARTS: dict[str, Any] = {
    "figures/R01": {
        "v": 1,
        "indicator": "R01",
        "definition": 2,
        "series": [
            FIGURE,
            HIDDEN | {"low": 1, "high": 2},
            FIGURE | {"breakdown": "channel", "code": "mail", "value": None, "status": "L"},
            FIGURE | {"period": "2026-Q3", "value": None, "lower_bound": "300.5"},
        ],
    },
    "bounds/R01": {
        "v": 1,
        "indicator": "R01",
        "salt": "A" * 43,
        "cells": [
            {"period": "2026", "measure": "received", "breakdown": "channel", "code": "web"}
            | {"low": 1, "high": 2}
        ],
    },
    "texts": {
        "v": 1,
        "texts": [
            {
                "kind": "overview",
                "language": "en",
                "text": "Item 17 was confirmed.\nMore follows.",
            },
            {"kind": "note:R01", "language": "da", "text": "Tallet er fra registret."},
        ],
    },
    "commitments": {
        "v": 1,
        "commitments": [
            {
                "id": PROMISE,
                "number": "4.2",
                "target": 4,
                "state": "in_progress",
                "is_late": True,
                "is_redated": True,
                "indicator": "R06",
                "measure": "within_24h",
                "baseline": "41.5",
                "aim": "90",
                "reached": None,
                "starts": "2025-01-01",
                "due": "2027-06-30",
                "first_due": "2026-06-30",
                "adopted_on": "2024-12-05",
                "achieved_on": None,
                "ended_on": None,
                "successor": None,
            }
        ],
    },
    "law": {
        "v": 1,
        "criteria": [
            {
                "criterion": "L16",
                "value": "yes",
                "number": "unlimited",
                "citations": [{"act": "Penal Code", "article": "93"}],
                "in_force_from": "2020-01-01",
                "in_force_to": None,
                "assessed_on": "2026-10-01",
                "reviewed_on": None,
                "is_disputed": False,
            }
        ],
        "gaps": [{"rule": "H06a", "open": 3, "narrow": 0, "unknown": 2}],
    },
    "corrections": {
        "v": 1,
        "corrections": [
            {
                "indicator": "R01",
                "period": "2025",
                "measure": "received",
                "breakdown": "",
                "code": "",
                "old": "1100",
                "new": "1101",
                "kind": "error_in_facts",
                "note": {"en": "One report was filed under a wrong year."},
            }
        ],
    },
    "answers": {
        "v": 1,
        "answers": [
            {
                "office": "Ministry of Education",
                "question": "How many classes had a session?",
                "figure": "412",
                "text": None,
                "source": "School register",
                "on": "2027-02-10",
            }
        ],
    },
}
HEAD: dict[str, Any] = {
    "v": 1,
    "report": REPORT,
    "member": "XA",
    "node": None,
    "year": "2026",
    "version": "1.0",
    "supersedes": None,
    "correction": None,
    "basis": "stated",
    "as_of": "2027-01-31T00:00:00+00:00",
    "log_position": None,
    "parts": [],
    "confirmations": [{"part": "law", "office": "Ministry of Justice", "on": "2027-02-20"}],
    "released_by": [
        {"office": "National rapporteur", "on": "2027-03-01"},
        {"office": "Minister of Justice", "on": "2027-03-02"},
    ],
    "languages": ["en", "da"],
}
PROPOSALS: dict[str, Any] = {
    "v": 1,
    "report": REPORT,
    "member": "XA",
    "year": "2026",
    "office": "Ministry of Justice",
    "on": "2027-02-11",
    "proposals": [
        {"kind": "overview", "language": "en", "was": "0" * 64, "text": "Item 17 was confirmed."}
    ],
}
PART_EVENT: dict[str, Any] = {
    "v": 1,
    "report": REPORT,
    "name": "texts",
    "content": PARTS["texts"],
}
RELEASED_EVENT: dict[str, Any] = {"v": 1, "head": "e30.e30.e30"}
PROOF = made_up_proof()
RECEIPT: dict[str, Any] = {
    "v": 1,
    "report": REPORT,
    "state": "accepted",
    "code": "",
    "at": "2027-03-03T10:00:00+00:00",
    "proof": "",
}
