# SPDX-License-Identifier: Apache-2.0
"""What must hold of web addresses: one page has one key, and bad input gets one sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havn.lib.encoding import (
    ADDRESS_SENTENCES,
    KEY_VERSION,
    AddressError,
    join_address,
    parse_address,
    registrable_domain,
)


def code_of(text):
    with pytest.raises(AddressError) as refusal:
        parse_address(text)
    assert refusal.value.sentence == ADDRESS_SENTENCES[refusal.value.code]
    return refusal.value.code


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://example.org/a b?q=é#part", "https://example.org/a%20b?q=%C3%A9#part"),
        ("HTTP://EXAMPLE.org:80/", "http://example.org/"),
        ("https://example.org:443/", "https://example.org/"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("http://example.org/a/../b/./c", "http://example.org/b/c"),
        ("http:\\\\example.org\\a", "http://example.org/a"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0177.0.0.01/", "http://127.0.0.1/"),
        ("http://[0:0::1]/", "http://[::1]/"),
        ("http://[::ffff:1.2.3.4]/", "http://[::ffff:102:304]/"),
        ("http://example.org./x", "http://example.org/x"),
        ("http://example.org.:81/x?y#z", "http://example.org:81/x?y#z"),
        ("example.org..", "http://example.org/"),
        ("http://b\u00fccher.example\u3002/", "http://xn--bcher-kva.example/"),
        ("http://1.2.3.4./", "http://1.2.3.4/"),
        ("example.org", "http://example.org/"),
        ("//example.org/x", "http://example.org/x"),
        ("example.org:8080/x", "http://example.org:8080/x"),
        ("192.0.2.1/x", "http://192.0.2.1/x"),
        ("[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x"),
        ("\ufeff\u200b https://example.org/x \u200b\n", "https://example.org/x"),
        ("http://[2001:db8::1]:81/x#y", "http://[2001:db8::1]:81/x#y"),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(text, href):
    address = parse_address(text)
    assert address.href == href
    assert address.as_given == text
    assert address.key == href.partition("#")[0]
    assert address.key_version == KEY_VERSION == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\u200b\t", "empty"),
        ("http://example.org/" + "a" * 10_000, "too_long"),
        ("http://example.org/" + "é" * 3_000, "too_long"),
        ("http://example.org/\x00", "control_characters"),
        ("http://exam\x00ple.org/", "control_characters"),
        ("http://example.org/a\nb", "control_characters"),
        ("java\tscript:alert(1)", "control_characters"),
        ("javascript:alert(1)", "unsupported_scheme"),
        (" JavaScript:alert(1)", "unsupported_scheme"),
        ("data:text/html;base64,AAAA", "unsupported_scheme"),
        ("ftp://example.org/", "unsupported_scheme"),
        ("file:///etc/passwd", "unsupported_scheme"),
        ("mailto:somebody@example.org", "unsupported_scheme"),
        ("blob:https://example.org/1", "unsupported_scheme"),
        ("example.org:page", "unsupported_scheme"),
        ("http://", "no_host"),
        ("https:///", "no_host"),
        ("http://:80/", "no_host"),
        ("http://?q", "no_host"),
        ("http://./x", "no_host"),
        ("https://../", "no_host"),
        ("http://name:secret@example.org/", "credentials"),
        ("http://name@example.org/", "credentials"),
        ("somebody@example.org", "credentials"),
        ("http://exa mple.org/", "not_an_address"),
        ("http://example.org:99999/", "not_an_address"),
        ("http://[::1/", "not_an_address"),
        ("http://1.2.3.400/", "not_an_address"),
        ("http://a<b>.example/", "not_an_address"),
        ("http://example.org/\ud800", "not_an_address"),
        ("something", "not_an_address"),
        ("not an address", "not_an_address"),
        ("3.5", "not_an_address"),
        ("17", "not_an_address"),
    ],
)
def test_bad_input_gets_its_sentence(text, code):
    assert code_of(text) == code


def test_names_in_other_alphabets_are_shown_in_both_forms():
    address = parse_address("https://bücher.example/")
    assert (address.host, address.host_unicode) == ("xn--bcher-kva.example", "bücher.example")
    assert parse_address(address.href).host_unicode == "bücher.example"
    plain = parse_address("https://example.org/")
    assert plain.host == plain.host_unicode == "example.org"


@pytest.mark.parametrize(
    ("host", "is_lookalike"),
    [
        ("аpple.com", True),  # a Cyrillic letter among Latin ones
        ("аррӏе.com", True),  # Cyrillic throughout, all of it like Latin
        ("gооgle.example", True),
        ("ραypal.example", True),
        ("example.org", False),
        ("bücher.example", False),
        ("пример.example", False),
        ("παράδειγμα.example", False),
        ("日本語テスト.example", False),
        ("abcテスト.example", False),
        ("한국어.example", False),
        ("مثال.example", False),
        ("xn--a.example", False),  # not a valid punycode label: shown as it is
    ],
)
def test_names_that_pass_for_others_are_marked(host, is_lookalike):
    assert parse_address(f"http://{host}/").is_lookalike is is_lookalike


def test_the_port_is_the_default_one_where_none_is_named():
    assert parse_address("http://example.org/").port == 80
    assert parse_address("https://example.org/").port == 443
    assert parse_address("https://example.org:80/").port == 80


def test_the_host_of_an_ipv6_address_has_no_brackets():
    address = parse_address("http://[2001:db8::1]/")
    assert (address.host, address.is_ip) == ("2001:db8::1", True)
    assert parse_address("http://192.0.2.7/").is_ip
    assert not parse_address("http://example.org/").is_ip


PARTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30)


@given(st.sampled_from(["http", "https"]), PARTS, PARTS, PARTS)
def test_the_key_of_a_key_is_the_key(scheme, path, query, fragment):
    try:
        address = parse_address(f"{scheme}://example.org/{path}?{query}#{fragment}")
    except AddressError:
        return
    again = parse_address(address.key)
    assert again.key == again.href == address.key
    assert "#" not in address.key
    assert address.href.startswith(address.key)


@given(PARTS)
def test_two_fragments_of_a_page_are_one_page(fragment):
    assert parse_address("http://example.org/x#" + fragment).key == "http://example.org/x"


@pytest.mark.parametrize(
    ("reference", "href"),
    [
        ("/b", "https://example.org/b"),
        ("c?d", "https://example.org/a/c?d"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example", "http://other.example/"),
        ("", "https://example.org/a/"),
    ],
)
def test_a_redirect_is_joined_as_browsers_join_it(reference, href):
    assert join_address("https://example.org/a/", reference).href == href


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("javascript:alert(1)", "unsupported_scheme"),
        ("http://a:b@example.org/", "credentials"),
        ("http://[", "not_an_address"),
        ("x" * 9_000, "too_long"),
        ("\ud800", "not_an_address"),
    ],
)
def test_a_redirect_to_nowhere_is_refused(reference, code):
    with pytest.raises(AddressError) as refusal:
        join_address("https://example.org/", reference)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("host", "domain", "with_private"),
    [
        ("www.example.co.uk", "example.co.uk", False),
        ("EXAMPLE.org.", "example.org", False),
        ("a.b.github.io", "github.io", False),
        ("a.b.github.io", "b.github.io", True),
        ("www.xn--bcher-kva.de", "xn--bcher-kva.de", False),
        ("co.uk", None, False),
        ("192.0.2.1", None, False),
        ("2001:db8::1", None, False),
        ("", None, False),
        ("a..example.org", None, False),
    ],
)
def test_the_registrable_domain_is_what_somebody_registered(host, domain, with_private):
    assert registrable_domain(host, with_private=with_private) == domain
