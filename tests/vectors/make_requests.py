# SPDX-License-Identifier: Apache-2.0
"""Makes the files of tests/vectors/requests: genuine messages between nodes, and named attacks on them.

`.venv/bin/python -m tests.vectors.make_requests` writes them; the same every time.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from havn.lib import signing
from havn.lib.encoding import b64u
from tests.vectors.writing import texts_of, vectors_of, write

FOLDER = Path(__file__).resolve().parent / "requests"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BASE = "https://node.se.example/havn"
TARGET = signing.target_uri(BASE, "/api/v1/payloads")
ABOUT = signing.target_uri(BASE, "/api/v1/about")
BODY = b'{"commits":[],"v":1}'
JSON = "application/json"
NONCE = b64u(hashlib.sha256(b"nonce of the vectors").digest()[:16])


def seeded_key(name):
    """Return a private key and its public half that are the same every time."""
    private = hashlib.sha256(f"havn vector key {name}".encode()).digest()
    return private, Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


DK, DK_PUBLIC = seeded_key("DK")
SE, SE_PUBLIC = seeded_key("SE")
FI, FI_PUBLIC = seeded_key("FI")
DK_ID, SE_ID, FI_ID = (signing.key_id(public) for public in (DK_PUBLIC, SE_PUBLIC, FI_PUBLIC))
TIMES = f";created={int(AT.timestamp())};expires={int(AT.timestamp()) + 300}"
PARTS = '("@method" "@target-uri" "content-digest" "content-type")'
REST = f';keyid="{DK_ID}";nonce="{NONCE}";tag="node-fed/1"'


def digest_of(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signed(method="POST", target=TARGET, body=BODY, content_type=JSON, *, at=AT, nonce=NONCE):
    return signing.sign_request(
        method, target, body, content_type, private=DK, key_id=DK_ID, at=at, nonce=nonce
    )


def by_hand(parameters, *, private=DK, digest=None, lines=None, body=BODY):
    """Return headers signed over just these parameters, as RFC 9421 says and no library helps."""
    digest = digest or digest_of(body)
    values = {
        '"@method"': "POST",
        '"@target-uri"': TARGET,
        '"content-digest"': digest,
        '"content-type"': JSON,
        '"date"': "x",
    }
    covered = parameters[1 : parameters.index(")")].split(" ")
    lines = [f"{name}: {values[name]}" for name in covered if name]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = Ed25519PrivateKey.from_private_bytes(private).sign(base.encode())
    return {
        "Content-Type": JSON,
        "Date": "x",
        "Content-Digest": digest,
        "Signature-Input": f"node={parameters}",
        "Signature": f"node=:{base64.b64encode(signature).decode()}:",
    }


def request(
    headers, *, method="POST", target=TARGET, body=BODY, at=AT, revoked=(), seen=(), suspended=()
):
    """Return a request as the node of `target` gets it; `seen` are nonces that it has taken with DK's key."""
    return {
        "kind": "request",
        "method": method,
        "target": target,
        "headers": headers,
        "body": b64u(body),
        "at": at.isoformat(),
        "keys": {DK_ID: b64u(DK_PUBLIC), SE_ID: b64u(SE_PUBLIC)},
        "revoked": list(revoked),
        "seen": list(seen),
        "suspended": list(suspended),
    }


ASKED = signed()
ANSWER = b'{"payloads":[],"v":1}'
REPLY = signing.sign_reply(
    200, ANSWER, JSON, request_headers=ASKED, private=SE, key_id=SE_ID, at=AT
)


def reply(headers, *, status=200, body=ANSWER, asked=None, at=AT):
    """Return a reply of SE as DK gets it: it knows the keys of the node that it asked, and no others."""
    return {
        "kind": "reply",
        "status": status,
        "headers": headers,
        "body": b64u(body),
        "request_headers": asked or ASKED,
        "at": at.isoformat(),
        "keys": {SE_ID: b64u(SE_PUBLIC)},
        "revoked": [],
    }


def genuine():
    """Yield name, sentence and the message of what must be taken."""
    yield "a request with a body", "S5", request(ASKED)
    yield (
        "a request without a body",
        "S5",
        request(signed("GET", ABOUT, b"", None), method="GET", target=ABOUT, body=b""),
    )
    yield "alg that names the one algorithm", "S7", request(by_hand(PARTS + TIMES + REST + ';alg="ed25519"'))  # fmt: skip
    yield "parts in another order", "S5", request(by_hand('("content-type" "content-digest" "@target-uri" "@method")' + TIMES + REST))  # fmt: skip
    yield (
        "a clock that is five minutes slow",
        "S10",
        request(ASKED, at=AT + timedelta(seconds=300)),
    )
    yield (
        "a clock that is five minutes fast",
        "S10",
        request(ASKED, at=AT - timedelta(seconds=300)),
    )
    yield "a reply", "S13", reply(REPLY)
    refused = b'{"code":"not_found","sentence":"Nothing is there.","v":1}'
    headers = signing.sign_reply(
        404, refused, JSON, request_headers=ASKED, private=SE, key_id=SE_ID, at=AT
    )
    yield "a reply that refuses", "S12", reply(headers, status=404, body=refused)


def attacks_on_form():
    """Yield name, sentence, message and code of what cannot be read, or is nobody's."""
    yield "no signature", "S1", request({"Content-Type": JSON}), "unsigned"
    input_, signature = ASKED["Signature-Input"], ASKED["Signature"]
    two = ASKED | {"Signature-Input": f"{input_}, b{input_[4:]}", "Signature": f"{signature}, b{signature[4:]}"}  # fmt: skip
    yield "two signatures", "S2", request(two), "malformed"
    other = ASKED | {"Signature-Input": "sig" + input_[4:], "Signature": "sig" + signature[4:]}
    yield "another label", "S3", request(other), "malformed"
    yield "a signature without its input", "S2", request({k: v for k, v in ASKED.items() if k != "Signature-Input"}), "malformed"  # fmt: skip
    yield "a very long input", "S2", request(ASKED | {"Signature-Input": input_ + ";a" * 1000}), "malformed"  # fmt: skip
    yield "spaces that mean nothing", "S3", request(ASKED | {"Signature-Input": input_.replace('" "', '"  "')}), "malformed"  # fmt: skip
    yield "unused bits in the signature", "S3", request(ASKED | {"Signature": signature[:-4] + "B==:"}), "malformed"  # fmt: skip
    yield "an unknown key", "S18", request(signing.sign_request("POST", TARGET, BODY, JSON, private=FI, key_id=FI_ID, at=AT, nonce=NONCE)), "unknown_key"  # fmt: skip
    yield "a revoked key", "S18", request(ASKED, revoked=[DK_ID]), "revoked_key"
    another = PARTS + TIMES + REST
    yield "the key of another", "S1", request(by_hand(another, private=FI)), "signature_wrong"
    alg = another + ';alg="hmac-sha256"'
    yield "another algorithm", "S1", request(by_hand(alg)), "malformed"


def attacks_on_parts():
    """Yield attacks on what is covered, and on what it says."""
    yield "an altered target", "S4", request(ASKED, target=TARGET + "/all"), "signature_wrong"
    elsewhere = signing.target_uri("https://node.fi.example", "/api/v1/payloads")
    yield "a request sent on to another node", "S4", request(ASKED, target=elsewhere), "signature_wrong"  # fmt: skip
    yield "an altered method", "S5", request(ASKED, method="PUT"), "signature_wrong"
    yield (
        "an altered type",
        "S5",
        request(ASKED | {"Content-Type": "text/html"}),
        "signature_wrong",
    )
    yield "a digest made to fit", "S6", request(ASKED | {"Content-Digest": digest_of(b"{}")}, body=b"{}"), "signature_wrong"  # fmt: skip
    yield "an altered body", "S6", request(ASKED, body=BODY + b" "), "digest_differs"
    yield "a body that was left out", "S6", request(ASKED, body=b""), "components_missing"
    long = f"sha-512=:{base64.b64encode(hashlib.sha512(BODY).digest()).decode()}:"
    yield "another digest", "S6", request(by_hand(PARTS + TIMES + REST, digest=long)), "malformed"
    both = f"{digest_of(BODY)}, {long}"
    yield "a second digest", "S6", request(by_hand(PARTS + TIMES + REST, digest=both)), "malformed"
    less = '("@method" "@target-uri" "content-type")' + TIMES + REST
    yield "the digest not covered", "S5", request(by_hand(less)), "components_missing"
    less = '("@method" "content-digest" "content-type")' + TIMES + REST
    yield "the target not covered", "S5", request(by_hand(less)), "components_missing"
    more = '("@method" "@target-uri" "content-digest" "content-type" "date")' + TIMES + REST
    yield "a part too many", "S5", request(by_hand(more)), "components_missing"
    bare = {k: v for k, v in ASKED.items() if k != "Content-Type"}
    yield "a covered field that is gone", "S5", request(bare), "malformed"


def attacks_on_parameters():
    """Yield attacks on times, number and purpose."""
    at, keyid = int(AT.timestamp()), f';keyid="{DK_ID}"'
    tagged = PARTS + TIMES + REST
    yield "another purpose", "S7", request(by_hand(tagged.replace("node-fed/1", "node-fed/2"))), "wrong_tag"  # fmt: skip
    yield (
        "no purpose",
        "S7",
        request(by_hand(tagged.replace(';tag="node-fed/1"', ""))),
        "wrong_tag",
    )
    yield "an unknown parameter", "S7", request(by_hand(tagged + ";x=1")), "malformed"
    yield "a time that is a text", "S7", request(by_hand(tagged.replace(f"created={at}", f'created="{at}"'))), "malformed"  # fmt: skip
    nonceless = PARTS + TIMES + keyid + ';tag="node-fed/1"'
    yield "no nonce", "S8", request(by_hand(nonceless)), "nonce_missing"
    yield "a short nonce", "S8", request(by_hand(tagged.replace(NONCE, NONCE[:21]))), "malformed"
    long = tagged.replace(f"expires={at + 300}", f"expires={at + 301}")
    yield "valid for too long", "S9", request(by_hand(long)), "valid_too_long"
    ended = tagged.replace(f"expires={at + 300}", f"expires={at}")
    yield "ended before it began", "S9", request(by_hand(ended)), "valid_too_long"
    yield "no end", "S9", request(by_hand(tagged.replace(f";expires={at + 300}", ""))), "malformed"
    yield "a clock ten minutes slow", "S10", request(ASKED, at=AT + timedelta(minutes=10)), "clock_off"  # fmt: skip
    yield "a clock ten minutes fast", "S10", request(ASKED, at=AT - timedelta(minutes=10)), "clock_off"  # fmt: skip
    short = tagged.replace(f"expires={at + 300}", f"expires={at + 60}")
    yield "an expired signature", "S11", request(by_hand(short), at=AT + timedelta(seconds=61)), "signature_expired"  # fmt: skip


def attacks_on_replies():
    """Yield attacks on replies."""
    earlier = signed(at=AT - timedelta(seconds=1))
    yield "a reply to another request", "S13", reply(REPLY, asked=earlier), "signature_wrong"
    loose = signing.sign_reply(
        200, ANSWER, JSON, request_headers={}, private=SE, key_id=SE_ID, at=AT
    )
    yield "a reply bound to nothing", "S14", reply(loose), "components_missing"
    foreign = signing.sign_reply(200, ANSWER, JSON, request_headers=ASKED, private=DK, key_id=DK_ID, at=AT)  # fmt: skip
    yield "a reply of another node", "S15", reply(foreign), "unknown_key"
    yield "an altered status", "S12", reply(REPLY, status=404), "signature_wrong"
    yield "an altered answer", "S12", reply(REPLY, body=b"{}"), "digest_differs"
    yield "a reply without signature", "S1", reply({"Content-Type": JSON}), "unsigned"
    yield "an old reply", "S10", reply(REPLY, at=AT + timedelta(minutes=10)), "clock_off"


def attacks_that_only_a_receiver_sees():
    """Yield what has a right signature, and is refused for what the receiver knows besides."""
    yield "a request sent again", "S8", request(ASKED, seen=[NONCE]), "nonce_repeated"
    yield "a suspended sender", "S19", request(ASKED, suspended=[DK_ID]), "suspended"
    other = [b64u(bytes(16))]
    yield "a clock off and sent again", "S18", request(ASKED, seen=[NONCE, *other], at=AT + timedelta(minutes=10)), "clock_off"  # fmt: skip


def vectors():
    """Return every vector by its name."""
    made = [(*each, None) for each in genuine()]
    for group in (
        attacks_on_form,
        attacks_on_parts,
        attacks_on_parameters,
        attacks_on_replies,
        attacks_that_only_a_receiver_sees,
    ):
        made += list(group())
    return vectors_of(made)


if __name__ == "__main__":
    write(FOLDER, texts_of(vectors()))
