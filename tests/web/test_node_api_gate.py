# SPDX-License-Identifier: Apache-2.0
"""The gate of what other nodes ask: each refusal by its own code, signed, with an alarm where a key was known."""

import json
import logging
import shutil
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse

from havn.domain.exchange.models import Alarm, SeenNonce
from havn.domain.members.models import NodeKey
from havn.lib import clock, signing
from havn.lib.encoding import b64u, canonical_json
from havn.lib.keyring import Keyring
from havn.web.node_api.gate import SignatureGate
from tests.support import asking_nodes as asking
from tests.support import roster as made_up
from tests.support.asking_nodes import AskingNode, send

pytestmark = [pytest.mark.django_db, pytest.mark.urls("havn.config.urls.node")]
ABOUT = "/api/v1/about"
PAYLOADS = "/api/v1/payloads"
SE, NL, FI = AskingNode("SE"), AskingNode("NL"), AskingNode("FI")
EMPTY = canonical_json({"v": 1, "commits": []})


@pytest.fixture(autouse=True)
def alliance(settings):
    settings.HAVN_NODE_ADDRESS = asking.ADDRESS
    own = asking.own_participant()
    everybody = [own, made_up.participant("SE"), made_up.participant("NL"), asking.suspended("FI")]
    asking.adopt(*everybody)
    return everybody


def alarms():
    return {(alarm.code, alarm.about): alarm.times for alarm in Alarm.objects.all()}


def test_a_participant_is_answered_and_the_reply_is_signed():
    """S12, S13"""
    answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.is_bound) == (200, True)
    assert answer.value["participant"] == "DK"
    assert answer.value["protocol"] == {"least": 1, "most": 2}
    assert alarms() == {}


def test_a_proxy_that_rewrites_host_and_path_changes_nothing():
    """S4: the signature covers the configured address; the process sees another host and a shorter path."""
    assert asking.ADDRESS.endswith("/node")
    assert SE.ask("GET", ABOUT).status == 200


def test_a_request_signed_for_another_node_is_refused():
    """S4"""
    headers = signing.sign_request(
        "GET", "https://nl.example/api/v1/about", b"", None,
        private=SE.private, key_id=SE.key_id, at=clock.now(), nonce=signing.new_nonce(),
    )  # fmt: skip
    answer = send("GET", ABOUT, b"", headers)
    assert (answer.status, answer.code) == (401, "signature_wrong")
    assert alarms() == {("signature_wrong", str(SE.node_id)): 1}


def test_a_stranger_is_refused_and_raises_no_alarm():
    """S18"""
    answer = AskingNode("XX").ask("GET", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (401, "unknown_key", True)
    assert alarms() == {}


def test_an_unsigned_request_is_refused_with_a_reply_that_is_bound_to_nothing():
    """S1, S14"""
    answer = send("GET", ABOUT, b"", {})
    assert (answer.status, answer.code, answer.is_bound) == (401, "unsigned", False)
    assert '"@status" "content-digest" "content-type")' in answer.headers["Signature-Input"]


def test_a_suspended_participant_is_refused():
    """S19"""
    answer = FI.ask("GET", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (403, "suspended", True)


def test_a_revoked_key_is_refused_and_a_person_hears_of_it(alliance):
    """S18"""
    keys = alliance[1]["nodes"][0]["signing_keys"]
    keys[0]["revoked"] = True
    keys.append({"public": made_up.public_key("signing", "SE", 2), "since": 1, "revoked": False})
    asking.adopt(*alliance, version=2)
    answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.code) == (401, "revoked_key")
    assert alarms() == {("revoked_key", str(SE.node_id)): 1}
    assert AskingNode("SE", number=2).ask("GET", ABOUT).status == 200


@pytest.fixture
def keyring(settings, tmp_path):
    """Give this process a keyring of its own, to which pairs are added."""
    shutil.copytree(settings.HAVN_KEYRING.folder, tmp_path / "keys")
    settings.HAVN_KEYRING = Keyring(tmp_path / "keys")
    return settings.HAVN_KEYRING


def named_by(answer):
    return answer.headers["Signature-Input"].partition('keyid="')[2].partition('"')[0]


@pytest.mark.parametrize("revoke", [False, True])
def test_replies_are_believed_before_while_and_after_the_own_signing_key_changes(
    alliance, keyring, revoke
):
    """S12, S13"""
    first = keyring.read("node-signing-key.pub")
    answer = SE.ask("GET", ABOUT)
    assert (answer.is_bound, named_by(answer)) == (True, signing.key_id(first))
    public = keyring.add("node-signing-key")
    keys = alliance[0]["nodes"][0]["signing_keys"]
    keys[0]["revoked"] = revoke
    keys.append({"public": b64u(public), "since": 1, "revoked": False})
    asking.adopt(*alliance, version=2)
    answer = SE.ask("GET", ABOUT)
    believed = public if revoke else first
    assert (answer.is_bound, named_by(answer)) == (True, signing.key_id(believed))
    NodeKey.objects.filter(key_id=signing.key_id(public)).update(
        known_at=clock.now() - timedelta(hours=3)
    )
    answer = SE.ask("GET", ABOUT)
    assert (answer.is_bound, named_by(answer)) == (True, signing.key_id(public))


def test_requests_are_believed_before_while_and_after_the_askers_signing_key_changes(alliance):
    """S18"""
    keys = alliance[1]["nodes"][0]["signing_keys"]
    new = AskingNode("SE", number=2)
    keys.append({"public": made_up.public_key("signing", "SE", 2), "since": 1, "revoked": False})
    assert new.ask("GET", ABOUT).code == "unknown_key"
    asking.adopt(*alliance, version=2)
    assert SE.ask("GET", ABOUT).status == new.ask("GET", ABOUT).status == 200
    keys[0]["revoked"] = True
    asking.adopt(*alliance, version=3)
    assert SE.ask("GET", ABOUT).code == "revoked_key"
    assert new.ask("GET", ABOUT).status == 200


def test_a_failing_database_is_told_with_the_key_that_signed_before(alliance, keyring):
    public = keyring.add("node-signing-key")
    keys = alliance[0]["nodes"][0]["signing_keys"]
    keys[0]["revoked"] = True
    keys.append({"public": b64u(public), "since": 1, "revoked": False})
    asking.adopt(*alliance, version=2)
    gate = SignatureGate(lambda _request: HttpResponse())
    at = clock.now()
    assert gate._own_pair(at).public == public

    def fail(*_arguments, **_named):
        raise OperationalError

    with connection.execute_wrapper(fail):
        assert gate._own_pair(at).public == public


def test_a_node_without_any_of_its_signing_keys_answers_unsigned(alliance, keyring):
    keys = alliance[0]["nodes"][0]["signing_keys"]
    keys[0]["public"] = made_up.public_key("signing", "elsewhere", 1)
    asking.adopt(*alliance, version=2)
    NodeKey.objects.filter(key_id=signing.key_id(keyring.read("node-signing-key.pub"))).delete()
    answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (503, "unavailable", False)


def test_a_repeated_request_is_refused_and_a_person_hears_of_it_once():
    """S8"""
    headers = SE.signed("GET", ABOUT)
    assert send("GET", ABOUT, b"", headers).status == 200
    for times in (1, 2):
        answer = send("GET", ABOUT, b"", headers)
        assert (answer.status, answer.code) == (401, "nonce_repeated")
        assert alarms() == {("nonce_repeated", str(SE.node_id)): times}
    assert NL.ask("GET", ABOUT, nonce=nonce_of(headers)).status == 200, "each key has its own"


def nonce_of(headers):
    return headers["Signature-Input"].partition('nonce="')[2].partition('"')[0]


def test_a_nonce_is_kept_as_long_as_the_request_could_be_sent_again():
    """S8"""
    SE.ask("GET", ABOUT)
    kept = SeenNonce.objects.get()
    assert timedelta(minutes=4) < kept.until - clock.now() <= timedelta(minutes=5)


def test_a_refused_request_takes_no_nonce():
    headers = SE.signed("GET", ABOUT)
    spoilt = headers | {"Content-Digest": headers["Content-Digest"].replace("=:", "=: ")}
    assert send("GET", ABOUT, b"", spoilt).status == 401
    assert SeenNonce.objects.count() == 0
    assert send("GET", ABOUT, b"", headers).status == 200


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_is_named_and_a_person_hears_of_it(minutes):
    """S10"""
    answer = SE.ask("GET", ABOUT, at=clock.now() + timedelta(minutes=minutes))
    assert (answer.status, answer.code) == (401, "clock_off")
    assert answer.value["sentence"].count(" UTC") == 2
    assert alarms() == {("clock_off", str(SE.node_id)): 1}


SPOILT = {
    "an altered method": (lambda h: ("POST", ABOUT, b"", h), "signature_wrong"),
    "an altered path": (lambda h: ("GET", "/api/v1/mirrors", b"", h), "signature_wrong"),
    "an added query": (lambda h: ("GET", ABOUT + "?a=b", b"", h), "signature_wrong"),
    "another label": (
        lambda h: ("GET", ABOUT, b"", h | {"Signature": "sig" + h["Signature"][4:]}), "malformed",
    ),
    "no digest": (
        lambda h: ("GET", ABOUT, b"", {k: v for k, v in h.items() if k != "Content-Digest"}),
        "malformed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_request_is_refused(name):
    """S3 to S6"""
    spoil, code = SPOILT[name]
    answer = send(*spoil(SE.signed("GET", ABOUT)))
    assert (answer.status, answer.code) == (401, code)


def test_an_altered_body_is_refused():
    """S6"""
    headers = SE.signed("POST", PAYLOADS, EMPTY)
    answer = send("POST", PAYLOADS, EMPTY + b" ", headers)
    assert (answer.status, answer.code) == (401, "digest_differs")
    assert alarms() == {("digest_differs", str(SE.node_id)): 1}


BODIES = {
    "deep nesting": (b'{"v":1,"commits":' + b"[" * 17 + b"]" * 17 + b"}", "too_deep"),
    "very deep nesting": (b"[" * 8000, "too_deep"),
    "no JSON": (b"{", "not_json"),
    "a name twice": (b'{"v":1,"v":1,"commits":[]}', "not_json"),
    "no number": (b'{"v":1,"commits":[NaN]}', "not_json"),
    "another encoding": (b'{"v":1,"commits":["\xff"]}', "not_json"),
    "a list": (b"[]", "wrong_content"),
    "another version": (b'{"v":2,"commits":[]}', "wrong_content"),
    "a field too many": (b'{"v":1,"commits":[],"x":1}', "wrong_content"),
    "commits that are none": (b'{"v":1,"commits":[17]}', "wrong_content"),
    "a short commit": (b'{"v":1,"commits":["AAAA"]}', "wrong_content"),
    "too many commits": (json.dumps({"v": 1, "commits": ["A" * 43] * 65}).encode(), "wrong_content"),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_content_that_cannot_be_read_is_refused_by_its_own_code(name):
    """S20"""
    body, code = BODIES[name]
    answer = SE.ask("POST", PAYLOADS, body)
    assert (answer.status, answer.code, answer.is_bound) == (400, code, True)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", "/api/v1/log/tile/0/1", "/api/v1/log/checkpoint"])  # fmt: skip
def test_what_is_not_there_is_said_signed_and_as_json(path):
    """S17, S21"""
    answer = SE.ask("GET", path)
    assert (answer.status, answer.code, answer.is_bound) == (404, "not_found", True)
    assert answer.content == canonical_json(answer.value)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/", ABOUT])
def test_a_stranger_learns_not_even_what_is_there(path):
    answer = AskingNode("XX").ask("GET", path)
    assert (answer.status, answer.code) == (401, "unknown_key")


def test_another_method_is_refused_signed():
    answer = SE.ask("POST", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (405, "wrong_method", True)
    assert answer.headers["Allow"] == "GET"


def test_without_a_roster_that_holds_nothing_is_exchanged(alliance):
    asking.adopt(*alliance, version=2, expires_at=clock.now() - timedelta(seconds=1))
    answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (503, "roster_unusable", True)


def test_without_a_base_address_of_its_own_a_node_believes_nobody(settings):
    settings.HAVN_NODE_ADDRESS = ""
    answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.code) == (503, "no_address")


def test_head_is_refused_with_a_signature_over_nothing():
    """S6: a digest of no content, since none is sent."""
    answer = SE.ask("HEAD", ABOUT)
    assert (answer.status, answer.content, answer.is_bound) == (405, b"", True)


def test_a_mistake_of_ours_is_told_as_a_signed_reply():
    def stumble(execute, sql, *rest):
        if "exchange_log" in sql:
            raise ZeroDivisionError
        return execute(sql, *rest)

    with connection.execute_wrapper(stumble):
        answer = SE.ask("GET", "/api/v1/log/checkpoint")
    assert (answer.status, answer.code, answer.is_bound) == (500, "failed", True)


def test_a_failing_database_is_told_as_a_signed_reply():
    def fail(*_arguments, **_named):
        raise OperationalError

    with connection.execute_wrapper(fail):
        answer = SE.ask("GET", ABOUT)
    assert (answer.status, answer.code, answer.is_bound) == (503, "unavailable", True)


def test_a_refusal_stands_in_the_log_by_its_code_alone(caplog):
    with caplog.at_level(logging.WARNING):
        AskingNode("XX").ask("GET", ABOUT)
    (record,) = [each for each in caplog.records if each.name == "havn.web.node_api.gate"]
    assert (record.code, record.getMessage()) == ("unknown_key", "a node's request was refused")


def test_no_reply_sets_a_cookie_or_may_be_kept():
    answer = SE.ask("GET", ABOUT)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
