# SPDX-License-Identifier: Apache-2.0
"""Reading commitments, their changes, counts of them, and political acts."""

from havn.domain.commitments.selectors._views import ActView, ChangeView, CommitmentView
from havn.domain.commitments.selectors.acts import own_act, political_acts
from havn.domain.commitments.selectors.commitments import (
    Overview,
    Place,
    ToDo,
    changes,
    overview,
    own_commitment,
    own_commitments,
    public_commitment,
    public_commitments,
    public_places,
    set_aside,
    to_do,
)

__all__ = [
    "ActView",
    "ChangeView",
    "CommitmentView",
    "Overview",
    "Place",
    "ToDo",
    "changes",
    "overview",
    "own_act",
    "own_commitment",
    "own_commitments",
    "political_acts",
    "public_commitment",
    "public_commitments",
    "public_places",
    "set_aside",
    "to_do",
]
