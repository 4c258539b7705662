# SPDX-License-Identifier: Apache-2.0
"""Saying something of a law, reviewing and disputing it, taking what other nodes say, and computing the gaps."""

from havn.domain.legislation.services._sentences import SENTENCES
from havn.domain.legislation.services.assessing import assess, take_assessment
from havn.domain.legislation.services.disputing import answer_dispute, dispute, take_dispute
from havn.domain.legislation.services.gaps import begin_gaps, keep_gaps
from havn.domain.legislation.services.reviewing import review, take_review
from havn.domain.legislation.services.stating import take_stated

__all__ = [
    "SENTENCES",
    "answer_dispute",
    "assess",
    "begin_gaps",
    "dispute",
    "keep_gaps",
    "review",
    "take_assessment",
    "take_dispute",
    "take_review",
    "take_stated",
]
