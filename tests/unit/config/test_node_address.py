# SPDX-License-Identifier: Apache-2.0
"""The base address under which other nodes reach this one, as its environment gives it."""

import pytest

from havn.config.environment import Environment, EnvironmentRefusedError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://node.example.org", "https://node.example.org"),
        (" https://Node.Example.org:443/ ", "https://node.example.org"),
        ("https://example.org/havn/", "https://example.org/havn"),
        ("http://127.0.0.1:8004", "http://127.0.0.1:8004"),
        ("", ""),
    ],
)
def test_an_address_has_one_form(text, address):
    """S4: as browsers write it, without a slash at its end."""
    assert Environment.read({"HAVN_NODE_ADDRESS": text}).node_address == address


@pytest.mark.parametrize(
    "text",
    ["node", "ftp://node.example", "https://", "https://node.example/?a", "https://node.example/#a", "https://a:b@node.example"],
)  # fmt: skip
def test_what_is_no_base_address_is_refused_with_a_sentence(text):
    with pytest.raises(EnvironmentRefusedError, match=r"HAVN_NODE_ADDRESS is .*\. |write"):
        Environment.read({"HAVN_NODE_ADDRESS": text})
