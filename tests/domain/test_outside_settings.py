# SPDX-License-Identifier: Apache-2.0
"""Who the outside is: chosen in settings, refused with a sentence, never by a branch elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from havn.config import outside
from havn.config.outside import OutsideRefusedError, OutsideSettings
from havn.domain.takedown.clients import GuardedChecker
from havn.domain.tracing.clients import ListedCountries, RegistryFiles
from havn.lib.http import InsecureWarning
from havn.lib.mail import InsecureMailWarning, NoRelay, SmtpGateway

LAB = {
    "v": 1,
    "nameserver": ["127.0.0.1", 5301],
    "ports": {"203.0.114.10:80": 41001},
    "rdap": {"ipv4": [["203.0.114.0/24", "http://rdap.example/"]], "ipv6": []},
    "countries": {"203.0.114.0/24": "DK"},
    "relay": ["127.0.0.1", 2525],
}


def said(**variables: str) -> OutsideSettings:
    return OutsideSettings.read(variables)


def test_the_internet_is_the_default_and_a_missing_relay_makes_mail_wait() -> None:
    chosen = outside.internet(said())

    assert said().choice == "internet"
    assert isinstance(chosen.mail, NoRelay)
    assert isinstance(chosen.checker, GuardedChecker)
    assert isinstance(chosen.tracers.countries, RegistryFiles)


def test_a_relay_is_spoken_to_with_tls_and_credentials_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "smtp"
    file.write_text("hotline\nsecret word\n")
    file.chmod(0o600)

    chosen = outside.internet(
        said(
            HAVN_SMTP="mail.example:465", HAVN_SMTP_TLS="implicit", HAVN_SMTP_CREDENTIALS=str(file)
        )
    )

    assert isinstance(chosen.mail, SmtpGateway)
    relay = chosen.mail._relay
    assert (relay.host, relay.port, relay.tls) == ("mail.example", 465, "implicit")
    assert (relay.name, relay.password) == ("hotline", "secret word")
    assert "secret word" not in repr(relay)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"HAVN_SMTP": "mail.example:x"}, "HAVN_SMTP"),
        ({"HAVN_SMTP": "mail.example", "HAVN_SMTP_TLS": "maybe"}, "HAVN_SMTP_TLS"),
        ({"HAVN_SMTP": "mail.example", "HAVN_SMTP_CREDENTIALS": "/nowhere"}, "cannot be read"),
        ({"HAVN_NAMESERVERS": "192.0.2.53:dns"}, "HAVN_NAMESERVERS"),
        ({"HAVN_NAMESERVERS": ":53"}, "HAVN_NAMESERVERS"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_a_sentence(
    variables: dict[str, str], says: str
) -> None:
    with pytest.raises(OutsideRefusedError, match=says):
        outside.internet(said(**variables))


def test_credentials_that_others_can_read_or_that_go_without_tls_are_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "smtp"
    file.write_text("hotline\nsecret\n")
    file.chmod(0o644)
    with pytest.raises(OutsideRefusedError, match="chmod"):
        outside.internet(said(HAVN_SMTP="mail.example", HAVN_SMTP_CREDENTIALS=str(file)))
    file.chmod(0o600)
    with pytest.raises(OutsideRefusedError, match="never sent without TLS"):
        outside.internet(
            said(
                HAVN_SMTP="mail.example",
                HAVN_SMTP_TLS="insecure-none",
                HAVN_SMTP_CREDENTIALS=str(file),
            )
        )


def test_the_lab_is_chosen_by_the_file_that_it_wrote_and_warns(tmp_path: Path) -> None:
    file = tmp_path / "lab.json"
    file.write_text(json.dumps(LAB))

    with pytest.warns(InsecureWarning), pytest.warns(InsecureMailWarning):
        chosen = outside.insecure_lab(file)

    assert isinstance(chosen.tracers.countries, ListedCountries)
    assert chosen.tracers.countries.country_of("203.0.114.10") == "DK"


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"nameserver": 5}'])
def test_a_lab_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "lab.json"
    if content:
        file.write_text(content)

    with pytest.raises(OutsideRefusedError, match="havn demo"):
        outside.insecure_lab(file)


def test_name_servers_are_written_with_or_without_a_port() -> None:
    assert outside._host_and_port("192.0.2.53", 53, "X") == ("192.0.2.53", 53)
    assert outside._host_and_port("192.0.2.53:5353", 53, "X") == ("192.0.2.53", 5353)
    assert outside._host_and_port("[2001:db8::53]:5353", 53, "X") == ("2001:db8::53", 5353)
    assert outside._host_and_port("2001:db8::53", 53, "X") == ("2001:db8::53", 53)
