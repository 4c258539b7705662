# SPDX-License-Identifier: Apache-2.0
"""Web addresses as browsers read them (WHATWG URL standard), and the key that finds duplicates."""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from dataclasses import dataclass

import ada_url
from publicsuffixlist import PublicSuffixList

from havn.lib.encoding._scripts import has_lookalike_label

KEY_VERSION = 2  # 2: without the dot that may end a host
LONGEST_ADDRESS = 8192

ADDRESS_SENTENCES = {
    "empty": "No address was given. Paste the address of the page, for example https://example.org/page.",
    "too_long": "This address has more than 8,192 characters. Paste only the address, without other text.",
    "control_characters": "This address has a line break or an invisible control character in it. Copy it again.",
    "unsupported_scheme": "This is not the address of a web page: it must begin with http:// or https://.",
    "not_an_address": "This cannot be read as a web address. Copy it again from the browser's address bar.",
    "no_host": "The name of the site is missing in this address. Copy it again from the browser's address bar.",
    "credentials": "This address has a name or password before the @ sign. Remove that part, and say it in the text.",
}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):(.*)\Z", re.DOTALL)
_PORT_FOLLOWS = re.compile(r"[0-9]{1,5}(?:[/?#\\]|\Z)")
_AUTHORITY = re.compile(r"[^/?#\\]*")
_PORT = re.compile(r":[0-9]*\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class AddressError(ValueError):
    """The text is no address that we take; `code` says why, `sentence` says it in English."""

    def __init__(self, code: str) -> None:
        super().__init__(ADDRESS_SENTENCES[code])
        self.code = code
        self.sentence = ADDRESS_SENTENCES[code]


@dataclass(frozen=True, slots=True)
class Address:
    """One web address: as somebody gave it, as browsers write it, and in its parts."""

    as_given: str
    href: str  # as browsers write it, with the fragment
    key: str  # the same without the fragment: equal keys are the same page
    key_version: int
    scheme: str  # "http" or "https"
    host: str  # ASCII; an IPv6 address without brackets
    host_unicode: str  # as people read it; show both forms where it differs from `host`
    is_lookalike: bool
    port: int  # the default one where the address names none

    @property
    def is_ip(self) -> bool:
        """Tell whether the host is an IP address and not a name."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True


def parse_address(text: str) -> Address:
    """Return the address that a browser would open; raise AddressError, and nothing else, when there is none."""
    stripped = _without_wrapping(text)
    if not stripped:
        raise AddressError("empty")
    if len(stripped) > LONGEST_ADDRESS:
        raise AddressError("too_long")
    if any(unicodedata.category(character) == "Cc" for character in stripped):
        raise AddressError("control_characters")
    complete, has_scheme = _with_scheme(stripped)
    address = _address(text, _parsed(complete))
    if not has_scheme and not _is_plausible_without_scheme(complete, address):
        raise AddressError("not_an_address")
    return address


def join_address(href: str, reference: str) -> Address:
    """Return the address that `reference` means on the page `href`, as for a redirect; raise AddressError."""
    if len(reference) > LONGEST_ADDRESS:
        raise AddressError("too_long")
    try:
        joined = ada_url.join_url(href, reference)
    except ValueError as error:
        raise AddressError("not_an_address") from error
    if not joined.startswith(("http:", "https:")):
        raise AddressError("unsupported_scheme")
    return _address(reference, _parsed(joined))


def registrable_domain(host: str, *, with_private: bool = False) -> str | None:
    """Return the part of a host name that somebody registered, or None for a bare suffix or an IP address.

    `with_private` also treats names under which a company gives out names (github.io) as suffixes.
    """
    name = host.rstrip(".").lower()
    labels = name.split(".")
    if ":" in name or labels[-1].isdigit() or not all(labels):
        return None
    found: str | None = _suffixes(with_private=with_private).privatesuffix(name)
    return found


@functools.cache
def _suffixes(*, with_private: bool) -> PublicSuffixList:
    return PublicSuffixList(only_icann=not with_private)


def _without_wrapping(text: str) -> str:
    """Drop white space and invisible format characters around a pasted address."""

    def is_wrapping(character: str) -> bool:
        return character.isspace() or unicodedata.category(character) == "Cf"

    start, end = 0, len(text)
    while start < end and is_wrapping(text[start]):
        start += 1
    while end > start and is_wrapping(text[end - 1]):
        end -= 1
    return text[start:end]


def _with_scheme(text: str) -> tuple[str, bool]:
    if text.startswith("//"):
        return "http:" + text, False
    match = _SCHEME.match(text)
    if match is None:
        return "http://" + text, False
    scheme, rest = match[1].lower(), match[2]
    if scheme in _DEFAULT_PORTS:
        return text, True
    if "." in scheme and _PORT_FOLLOWS.match(rest):  # example.org:8080/page
        return "http://" + text, False
    raise AddressError("unsupported_scheme")


def _authority(complete: str) -> str:
    after_scheme = complete.partition(":")[2].lstrip("/\\")
    match = _AUTHORITY.match(after_scheme)
    return match[0] if match else ""


def _parsed(complete: str) -> ada_url.URL:
    try:
        return ada_url.URL(complete)
    except ValueError as error:  # also what a lone surrogate raises
        has_host = bool(_PORT.sub("", _authority(complete)).rpartition("@")[2])
        raise AddressError("not_an_address" if has_host else "no_host") from error


def _address(as_given: str, url: ada_url.URL) -> Address:
    if url.username or url.password:
        raise AddressError("credentials")
    _strip_last_dot(url)
    host = url.hostname.removeprefix("[").removesuffix("]")
    if not host:
        raise AddressError("no_host")
    href = url.href
    if len(href) > LONGEST_ADDRESS:
        raise AddressError("too_long")
    scheme = url.protocol.removesuffix(":")
    host_unicode = _unicode_host(host)
    return Address(
        as_given=as_given,
        href=href,
        key=href.partition("#")[0],
        key_version=KEY_VERSION,
        scheme=scheme,
        host=host,
        host_unicode=host_unicode,
        is_lookalike=has_lookalike_label(host_unicode),
        port=int(url.port) if url.port else _DEFAULT_PORTS[scheme],
    )


def _strip_last_dot(url: ada_url.URL) -> None:
    """Write the host without the dot of the root: to the name system `example.org.` is `example.org`."""
    if not url.hostname.endswith("."):
        return
    try:
        url.hostname = url.hostname.rstrip(".")
    except ValueError as error:  # nothing but dots
        raise AddressError("no_host") from error


def _unicode_host(host: str) -> str:
    if "xn--" not in host:
        return host
    shown: str = ada_url.idna.decode(host)
    return shown or host


def _is_plausible_without_scheme(complete: str, address: Address) -> bool:
    """Tell an address typed without `http://` from a word or a number that is none."""
    typed = _PORT.sub("", _authority(complete))
    if address.is_ip:
        # Browsers read "3.5" as 3.0.0.5; somebody who means an address writes it out.
        return typed.strip("[]") == address.host or typed.startswith("[")
    return "." in address.host.strip(".")
