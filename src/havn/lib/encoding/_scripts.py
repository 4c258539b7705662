# SPDX-License-Identifier: Apache-2.0
"""Which scripts a host name mixes; a small, stated part of Unicode's UTS 39, sections 4 and 5.

A label looks like another name when it mixes scripts (beyond the mixes that Chinese, Japanese and Korean
need), or when all its letters are Cyrillic, Greek or Armenian ones that look like Latin letters. Names that
are merely foreign are not suspicious. This warns a person; nothing is decided by it.
"""

from __future__ import annotations

import unicodedata

_WRITTEN_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)
_LIKE_LATIN = frozenset("абсԁеѓԍһіїјӏкмпгорԛѕтԝхуўьѵҽӓӧүһναγικνορτυχωϲϳցհոսօղզյ")


def has_lookalike_label(host_unicode: str) -> bool:
    """Tell whether a label of this host name could pass for another one."""
    return any(_is_lookalike(label) for label in host_unicode.split("."))


def _is_lookalike(label: str) -> bool:
    letters = [character for character in label if unicodedata.category(character) in {"Ll", "Lo"}]
    scripts = {_script(letter) for letter in letters}
    if len(scripts) > 1:
        return not any(scripts <= together for together in _WRITTEN_TOGETHER)
    return bool(letters) and all(letter in _LIKE_LATIN for letter in letters)


def _script(letter: str) -> str:
    # Python has no table of scripts; the first word of a letter's name says the same.
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]
