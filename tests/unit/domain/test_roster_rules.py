# SPDX-License-Identifier: Apache-2.0
"""Reading the roster's files: what is right is read whole, what is wrong has an error of its own, nothing crashes."""

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.domain.members.rules import (
    KeyUse,
    ParticipantKind,
    RosterError,
    key_id_of,
    parse_alliance,
    parse_participant,
    parse_roster,
)
from havn.lib import signing
from havn.lib.encoding import from_b64u
from tests.support import roster as made_up

NAME = "participants/DK.json"


def parsed(value, name=NAME, **options):
    return parse_participant(json.dumps(value).encode(), name=name, **options)


def refused(action, code):
    with pytest.raises(RosterError) as error:
        action()
    assert error.value.code == code, str(error.value)
    assert str(error.value).endswith(".")


def test_a_file_is_read_whole():
    found = parsed(made_up.participant("DK", legal_bases=[made_up.basis("SE")]))
    assert (found.code, found.kind) == ("DK", ParticipantKind.MEMBER)
    assert found.organisations[0].hours[0].zone == "Europe/Copenhagen"
    assert {key.use for key in found.nodes[0].keys} == set(KeyUse)
    assert found.legal_bases[0].with_code == "SE"


def test_a_key_is_called_by_its_thumbprint():  # R26
    public = from_b64u(made_up.public_key("signing", "DK", 1))
    assert key_id_of(public, KeyUse.SIGNING) == signing.key_id(public)
    assert key_id_of(public, KeyUse.LOG) == key_id_of(public, KeyUse.SIGNING)
    assert key_id_of(public, KeyUse.EXCHANGE) != key_id_of(public, KeyUse.SIGNING)


def at(value, *path):
    for step in path:
        value = value[step]
    return value


WRONG = {
    "a code of three letters for a country": (("participant", "code"), "DNK", "bad_value"),
    "a code in lower case": (("participant", "code"), "dk", "bad_value"),
    "an unknown kind": (("participant", "kind"), "galaxy", "bad_value"),
    "an unknown state": (("participant", "state"), "unlisted", "bad_value"),
    "a day that is none": (("participant", "since"), "2026-02-30", "bad_value"),
    "a day in another form": (("participant", "since"), "20260101", "bad_value"),
    "a name with a line break": (("participant", "name"), "Den\nmark", "bad_value"),
    "an empty name": (("participant", "name"), "", "bad_value"),
    "an endless name": (("participant", "name"), "x" * 121, "bad_value"),
    "an identifier in upper case": (("nodes", 0, "id"), str(made_up.identifier("x")).upper(), "bad_value"),
    "a number as identifier": (("nodes", 0, "id"), 17, "bad_value"),
    "a short key": (("nodes", 0, "signing_keys", 0, "public"), "AAAA", "bad_value"),
    "a key in hexadecimal": (("nodes", 0, "signing_keys", 0, "public"), "00" * 32, "bad_value"),
    "a padded key": (("nodes", 0, "log_keys", 0, "public"), "A" * 43 + "=", "bad_value"),
    "an epoch of zero": (("nodes", 0, "log_keys", 0, "since"), 0, "bad_value"),
    "a revocation from a day": (("nodes", 0, "log_keys", 0, "revoked"), "2027-03-01", "bad_value"),
    "a revocation with an offset": (
        ("nodes", 0, "log_keys", 0, "revoked"), "2027-03-01T12:00:00+00:00", "bad_value",
    ),
    "a revocation from nothing": (("nodes", 0, "log_keys", 0, "revoked"), None, "bad_value"),
    "a flag as a number": (("nodes", 0, "log_keys", 0, "revoked"), 1, "bad_value"),
    "a truth as a number": (("nodes", 0, "protocol", "least"), True, "bad_value"),
    "a protocol that ends before it begins": (("nodes", 0, "protocol", "most"), 0, "bad_value"),
    "an address with a user": (("nodes", 0, "base"), "https://a@dk.example", "bad_value"),
    "an address with a slash": (("nodes", 0, "base"), "https://dk.example/", "bad_value"),
    "an address with a query": (("nodes", 0, "base"), "https://dk.example?x", "bad_value"),
    "an address with a bad port": (("nodes", 0, "base"), "https://dk.example:99999", "bad_value"),
    "another scheme": (("nodes", 0, "base"), "ftp://dk.example", "bad_value"),
    "an address without https": (("nodes", 0, "base"), "http://dk.example", "insecure_address"),
    "a list that is an object": (("nodes",), {}, "bad_value"),
    "a role twice": (("organisations", 0, "roles"), ["hotline", "hotline"], "bad_value"),
    "a role that is a number": (("organisations", 0, "roles"), [1], "bad_value"),
    "a language that is none": (("organisations", 0, "languages"), ["Danish"], "bad_value"),
    "a day of the week that is none": (
        ("organisations", 0, "contact", "hours", 0, "days"), ["monday"], "bad_value",
    ),
    "an hour that is none": (("organisations", 0, "contact", "hours", 0, "from"), "25:00", "bad_value"),
    "no e-mail address": (("organisations", 0, "contact", "email"), "desk", "bad_value"),
    "an act that is a text": (("accession",), "yes", "bad_value"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_refused_with_its_place(name):
    path, value, code = WRONG[name]
    broken = made_up.participant("DK")
    at(broken, *path[:-1])[path[-1]] = value
    refused(lambda: parsed(broken), code)


@pytest.mark.parametrize(
    ("said", "from_when"),
    [(True, None), ("2027-03-01T12:00:00Z", datetime(2027, 3, 1, 12, tzinfo=UTC))],
)
def test_a_key_is_revoked_from_an_instant_or_as_long_as_there_is_time(said, from_when):  # R32
    value = made_up.participant("DK")
    keys = value["nodes"][0]["log_keys"]
    keys.append({**keys[0], "public": made_up.public_key("log", "DK", 2)})
    keys[0]["revoked"] = said
    found = [key for key in parsed(value).nodes[0].keys if key.use is KeyUse.LOG]
    assert [(key.is_revoked, key.revoked_from) for key in found] == [
        (True, from_when), (False, None),
    ]  # fmt: skip


def test_a_demonstration_takes_an_address_without_https():  # R24
    value = made_up.participant("DK")
    value["nodes"][0]["base"] = "http://127.0.0.1:8000"
    assert parsed(value, allow_insecure=True).nodes[0].base == "http://127.0.0.1:8000"


@pytest.mark.parametrize("path", [(), ("participant",), ("nodes", 0), ("nodes", 0, "log_keys", 0)])
def test_every_field_is_there_and_no_other(path):  # R20
    whole = made_up.participant("DK")
    for name in at(whole, *path):
        broken = copy.deepcopy(whole)
        del at(broken, *path)[name]
        with pytest.raises(RosterError):
            parsed(broken)
    broken = copy.deepcopy(whole)
    at(broken, *path)["colour"] = "blue"
    refused(lambda: parsed(broken), "unknown_field")


def test_words_that_we_do_not_know_are_kept_and_mean_nothing():  # R20
    value = made_up.participant("DK")
    value["organisations"][0]["mandates"] = ["something_of_next_year"]
    assert parsed(value).organisations[0].mandates == ("something_of_next_year",)


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b'{"v": 1, "v": 1}', b'{"v": NaN}', b"\xff", b"[" * 100_000, b'{"v":' + b"9" * 5000 + b"}"],
    ids=["nothing", "a list", "half", "twice", "no number", "no text", "deep", "a long number"],
)  # fmt: skip
def test_what_is_no_json_object_is_unreadable(content):  # R20
    refused(lambda: parse_participant(content, name=NAME), "unreadable")


@given(st.integers(2, 40))
def test_a_file_is_read_to_sixteen_deep_and_no_deeper(depth):  # R20
    value = made_up.participant("DK", accession=made_up.nested(depth - 1))
    content = json.dumps(value).encode()
    if depth <= 16:
        assert parse_participant(content, name=NAME).accession == value["accession"]
    else:
        with pytest.raises(RosterError, match="nested deeper than 16") as refusal:
            parse_participant(content, name=NAME)
        assert refusal.value.code == "unreadable"


def test_a_file_beyond_a_megabyte_is_not_parsed():  # R9
    refused(lambda: parse_participant(b" " * (1 << 20) + b"{}", name=NAME), "too_long")


def test_a_roster_holds_the_alliances_own_file():
    files = made_up.files_of(made_up.participant("DK"))
    del files["alliance.json"]
    refused(lambda: parse_roster(files, mark=made_up.mark()), "no_alliance")


@pytest.mark.parametrize(
    "change",
    [{"epoch": 0}, {"beat_seconds": 0}, {"beat_seconds": 86_401}, {"protocol": {"least": 2, "most": 1}}, {"name": ""}],
)  # fmt: skip
def test_the_alliances_own_file_has_bounds(change):
    content = json.dumps(made_up.alliance(**change)).encode()
    refused(lambda: parse_alliance(content), "bad_value")


def test_two_exchange_keys_never_begin_with_the_same_epoch():  # R27
    value = made_up.participant("DK")
    other = {"public": made_up.public_key("exchange", "DK", "other"), "since": 1, "revoked": False}
    value["nodes"][0]["exchange_keys"].append(other)
    refused(lambda: parsed(value), "bad_value")


@pytest.mark.parametrize("where", ["participant", "node"])
def test_who_is_suspended_needs_no_usable_key(where):  # R27
    value = made_up.participant("SE")
    value["nodes"][0]["signing_keys"][0]["revoked"] = True
    (value["participant"] if where == "participant" else value["nodes"][0])["state"] = "suspended"
    files = made_up.files_of(value)
    assert parse_roster(files, mark=made_up.mark()).participants[0].code == "SE"


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[name], (*path, name))


WHOLE = made_up.participant("DK", legal_bases=[made_up.basis("SE")])
PLACES = [path for path in places(WHOLE) if path]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(PLACES), ANYTHING)
def test_whatever_stands_in_a_field_is_read_or_refused(path, value):
    broken = copy.deepcopy(WHOLE)
    at(broken, *path[:-1])[path[-1]] = value
    try:
        content = json.dumps(broken).encode()
    except (ValueError, UnicodeEncodeError):
        return
    try:
        parse_participant(content, name=NAME)
    except RosterError as error:
        assert error.code


@given(st.binary(max_size=200))
def test_whatever_bytes_come_are_refused(content):
    with pytest.raises(RosterError):
        parse_participant(content, name=NAME)
