# SPDX-License-Identifier: Apache-2.0
"""Every request of tests/vectors/requests at the gate of a real node: let in, or refused by its own code."""

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory

from havn.domain.exchange import services as exchange
from havn.domain.members.rules import KeyUse, key_id_of
from havn.lib.encoding import from_b64u
from havn.web.node_api.gate import PREFIX, admitted
from havn.web.node_api.problems import RefusalError
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.unit.lib.test_signed_messages import VECTORS
from tests.vectors import make_requests as made

pytestmark = pytest.mark.django_db
REQUESTS = {name: each for name, each in VECTORS.items() if each["given"]["kind"] == "request"}


def participant(code, given):
    """Return the sender or another node, with the key of the vectors."""
    public = {"DK": made.DK_PUBLIC, "SE": made.SE_PUBLIC}[code]
    key_id = key_id_of(public, KeyUse.SIGNING)
    value = asking.suspended(code) if key_id in given["suspended"] else made_up.participant(code)
    keys = value["nodes"][0]["signing_keys"]
    keys[0] |= {"public": made.b64u(public), "revoked": key_id in given["revoked"]}
    keys.append({"public": made_up.public_key("signing", code, 2), "since": 1, "revoked": False})
    return value


def arrived(given):
    path = PREFIX + given["target"].partition(PREFIX)[2]
    headers = given["headers"]
    others = {name: value for name, value in headers.items() if name != "Content-Type"}
    request = RequestFactory().generic(
        given["method"], path, from_b64u(given["body"]), headers=others
    )
    request.META.pop("CONTENT_TYPE", None)  # as it came, not as the factory fills it in
    if "Content-Type" in headers:
        request.META["CONTENT_TYPE"] = headers["Content-Type"]
    return request


def code_at_the_gate(given):
    at = datetime.fromisoformat(given["at"])
    for nonce in given["seen"]:
        exchange.take_nonce(
            key_id=made.DK_ID, nonce=nonce, until=at + timedelta(minutes=5), actor=asking.US, at=at
        )
    try:
        admitted(arrived(given), at=at)
    except RefusalError as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_the_gate_judges_every_request_as_its_vector_says(settings, name):
    """S1 to S11, S18, S19"""
    given = REQUESTS[name]["given"]
    settings.HAVN_NODE_ADDRESS = given["target"].partition(PREFIX)[0]
    asking.adopt(participant("DK", given), participant("SE", given))
    assert code_at_the_gate(given) == REQUESTS[name]["expected_error"]
