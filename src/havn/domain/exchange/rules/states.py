# SPDX-License-Identifier: Apache-2.0
"""States of what arrives, and the names of all alarms."""

from __future__ import annotations

from enum import StrEnum


class InboxState(StrEnum):
    """From a leaf that carries our tag to a service that did what its payload says."""

    FOUND = "found"  # its payload is still to be fetched
    WAITING = "waiting"  # fetched and believed; its service is still to be called
    DONE = "done"
    REFUSED = "refused"  # its service said no, for good
    UNKNOWN = "unknown"  # of a kind or version that this node does not read yet
    ERASED = "erased"  # its source erased it


OPEN_STATES = (InboxState.FOUND, InboxState.WAITING)


class ErasedBecause(StrEnum):
    """Why a source erased what an event said; from version 2 of the protocol on its audience hears it."""

    TAKEN_BACK = "taken_back"  # whoever told it takes it back
    KEPT_LONG_ENOUGH = "kept_long_enough"
    WRONG_AUDIENCE = "wrong_audience"  # it should never have gone there
    ORDERED = "ordered"  # by a court or an authority


class AlarmCode(StrEnum):
    """What should not be; the protocol documents name each beside the sentence that it breaks."""

    # requests (docs/protocol/requests.md)
    REVOKED_KEY = "revoked_key"
    SIGNATURE_EXPIRED = "signature_expired"
    SIGNATURE_WRONG = "signature_wrong"
    NONCE_REPEATED = "nonce_repeated"
    CLOCK_OFF = "clock_off"
    DIGEST_DIFFERS = "digest_differs"
    REPLY_WRONG = "reply_wrong"
    # the roster (docs/protocol/roster.md)
    ROSTER_EXPIRED = "roster_expired"
    ROSTER_REFUSED = "roster_refused"
    OWN_KEY_MISSING = "own_key_missing"
    # logs (docs/protocol/feed.md)
    NOTE_MALFORMED = "note_malformed"
    WRONG_ORIGIN = "wrong_origin"
    UNKNOWN_LOG_KEY = "unknown_log_key"
    REVOKED_LOG_KEY = "revoked_log_key"
    LOG_SIGNATURE_WRONG = "log_signature_wrong"
    COSIGNATURE_WRONG = "cosignature_wrong"
    TIME_RUNS_BACK = "time_runs_back"
    TIME_RUNS_AHEAD = "time_runs_ahead"
    SMALLER_TREE = "smaller_tree"
    FORKED = "forked"
    GAP = "gap"
    PAGE_TRUNCATED = "page_truncated"
    PAGE_TOO_LARGE = "page_too_large"
    LEAF_MALFORMED = "leaf_malformed"
    LEAF_SWAPPED = "leaf_swapped"
    UNKNOWN_LEAF_VERSION = "unknown_leaf_version"
    ROOT_DIFFERS = "root_differs"
    OWN_LOG_AHEAD = "own_log_ahead"
    OWN_LOG_DIFFERS = "own_log_differs"
    ANCHOR_DIFFERS = "anchor_differs"
    # payloads
    COMMITMENT_DIFFERS = "commitment_differs"
    PAYLOAD_MALFORMED = "payload_malformed"
    KEY_UNUSABLE = "key_unusable"
    PAYLOAD_WITHHELD = "payload_withheld"
    UNKNOWN_PAYLOAD_VERSION = "unknown_payload_version"
    UNKNOWN_EVENT = "unknown_event"
    COUNTER_GAP = "counter_gap"
    COUNTER_REPEATED = "counter_repeated"
    EVENT_REFUSED = "event_refused"
