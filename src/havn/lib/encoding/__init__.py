# SPDX-License-Identifier: Apache-2.0
"""How values become bytes and text: canonical JSON, web addresses, identifiers, receipts, sentences to translate.

>>> parse_address("example.org:80/a b#part").key
'http://example.org/a%20b'
"""

from havn.lib.encoding._address import (
    ADDRESS_SENTENCES,
    KEY_VERSION,
    LONGEST_ADDRESS,
    Address,
    AddressError,
    join_address,
    parse_address,
    registrable_domain,
)
from havn.lib.encoding._base64 import EncodingError, b64u, from_b64u, from_base64
from havn.lib.encoding._canonical import canonical_json
from havn.lib.encoding._crockford import CROCKFORD_ALPHABET, crockford_decode, crockford_encode
from havn.lib.encoding._files_in_text import holds_encoded_file
from havn.lib.encoding._identifiers import uuid4, uuid7
from havn.lib.encoding._instants import instant_of, instant_text
from havn.lib.encoding._list_places import list_place, read_list_place
from havn.lib.encoding._messages import gettext_noop
from havn.lib.encoding._receipts import (
    RECEIPT_SENTENCES,
    ReceiptError,
    new_receipt,
    normalise_receipt,
)
from havn.lib.encoding._strict_json import JsonError, is_deeper, json_depth, strict_json
from havn.lib.encoding._table_text import csv_line, number_of, plain_number

__all__ = [
    "ADDRESS_SENTENCES",
    "CROCKFORD_ALPHABET",
    "KEY_VERSION",
    "LONGEST_ADDRESS",
    "RECEIPT_SENTENCES",
    "Address",
    "AddressError",
    "EncodingError",
    "JsonError",
    "ReceiptError",
    "b64u",
    "canonical_json",
    "crockford_decode",
    "crockford_encode",
    "csv_line",
    "from_b64u",
    "from_base64",
    "gettext_noop",
    "holds_encoded_file",
    "instant_of",
    "instant_text",
    "is_deeper",
    "join_address",
    "json_depth",
    "list_place",
    "new_receipt",
    "normalise_receipt",
    "number_of",
    "parse_address",
    "plain_number",
    "read_list_place",
    "registrable_domain",
    "strict_json",
    "uuid4",
    "uuid7",
]
