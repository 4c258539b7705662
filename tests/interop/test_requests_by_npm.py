# SPDX-License-Identifier: Apache-2.0
"""npm `http-message-signatures` takes what we sign and refuses what was tampered with; we take what it signs."""

from pathlib import Path

import pytest

from havn.lib import signing
from havn.lib.clock import now
from havn.lib.encoding import b64u
from tests.support import npm
from tests.vectors import make_requests as made

pytestmark = [pytest.mark.deep, pytest.mark.part_exchange]
SCRIPT = Path(__file__).parent / "signed_messages.js"
PACKAGE = "http-message-signatures@1.0.6"
REQUEST_FIELDS = ["@method", "@target-uri", "content-digest", "content-type"]
# Its `requiredFields` compares names only.
REPLY_FIELDS = ["@status", "content-digest", "content-type", "signature"]
BINDING = '"signature";req;key="node"'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("npm")
    missing = npm.install(found, PACKAGE)
    if missing:
        pytest.skip(missing)
    return found


def asked(headers, *, method="POST", url=made.TARGET):
    return {"method": method, "url": url, "headers": headers}


def to_verify(message, *, body, key, fields, request=None):
    return {"message": message, "body": b64u(body), "key": b64u(key), "fields": fields, "request": request}  # fmt: skip


@pytest.fixture
def sent():
    """A request of now and its reply: that library reads the clock."""
    headers = made.signed(at=now(), nonce=signing.new_nonce())
    replied = signing.sign_reply(
        200, made.ANSWER, made.JSON, request_headers=headers, private=made.SE, key_id=made.SE_ID, at=now()
    )  # fmt: skip
    return headers, replied


def requests(headers):
    """Return the genuine request, and then what was tampered with."""
    other = made.signed(at=now(), nonce=signing.new_nonce())
    changes = [
        asked(headers),
        asked(headers, method="PUT"),
        asked(headers, url=made.TARGET + "/all"),
        asked(headers | {"Content-Type": "text/html"}),
        asked(headers | {"Content-Digest": made.digest_of(b"{}")}),
        asked(headers | {"Signature": other["Signature"]}),
        asked(headers | {"Signature-Input": headers["Signature-Input"].replace("fed/1", "fed/2")}),
        asked(headers | {"Signature-Input": other["Signature-Input"]}),
    ]
    checked = [
        to_verify(each, body=made.BODY, key=made.DK_PUBLIC, fields=REQUEST_FIELDS)
        for each in changes
    ]
    checked.append(to_verify(changes[0], body=b"{}", key=made.DK_PUBLIC, fields=REQUEST_FIELDS))
    checked.append(
        to_verify(changes[0], body=made.BODY, key=made.FI_PUBLIC, fields=REQUEST_FIELDS)
    )
    return checked


def replies(headers, replied):
    """Return the genuine reply, and then what was tampered with."""
    other = made.signed(at=now(), nonce=signing.new_nonce())
    reply = {"status": 200, "headers": replied}
    rest = {"body": made.ANSWER, "key": made.SE_PUBLIC, "fields": REPLY_FIELDS}
    return [
        to_verify(reply, request=asked(headers), **rest),
        to_verify(reply, request=asked(other), **rest),
        to_verify(reply | {"status": 404}, request=asked(headers), **rest),
        to_verify(reply, request=asked(headers), **rest | {"body": b"{}"}),
        to_verify(reply, request=asked(headers), **rest | {"key": made.DK_PUBLIC}),
    ]


def test_npm_takes_our_requests_and_replies_and_refuses_what_was_tampered_with(folder, sent):
    """S5, S12, S13"""
    headers, replied = sent
    checked = requests(headers) + replies(headers, replied)
    found = npm.run(folder, SCRIPT, {"verify": checked, "sign": []})["verified"]
    print(f"{PACKAGE}: {len(found)} messages, {found.count(True)} taken")
    assert found == [True] + [False] * 9 + [True] + [False] * 4


def test_we_take_what_npm_signs(folder, sent):
    """S5, S7, S12, S13: another implementation follows the same document."""
    headers, _replied = sent
    at, nonce = now().replace(microsecond=0), signing.new_nonce()
    rest = {"at": int(at.timestamp())}
    request = {
        "message": asked({"Content-Type": made.JSON}),
        "body": b64u(made.BODY),
        "key": b64u(made.DK),
        "keyid": made.DK_ID,
        "fields": REQUEST_FIELDS,
        "nonce": nonce,
    }
    reply = {
        "message": {"status": 200, "headers": {"Content-Type": made.JSON}},
        "request": asked(headers),
        "body": b64u(made.ANSWER),
        "key": b64u(made.SE),
        "keyid": made.SE_ID,
        "fields": ["@status", "content-digest", "content-type", BINDING],
    }
    signed = npm.run(folder, SCRIPT, {"verify": [], "sign": [request | rest, reply | rest]})
    by_them, answered = signed["signed"]
    seen = signing.verify_request(
        "POST", made.TARGET, by_them, made.BODY, key_of=lambda _: made.DK_PUBLIC, at=at
    )
    assert (seen.key_id, seen.nonce, seen.created) == (made.DK_ID, nonce, at)
    found = signing.verify_reply(
        200, answered, made.ANSWER, request_headers=headers, key_of=lambda _: made.SE_PUBLIC, at=at
    )
    assert found.key_id == made.SE_ID
