# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of national reports: numbers, codes, dates and texts of named kinds, and nothing else."""

from __future__ import annotations

from typing import Any, Final

VERSION: Final = 1
MOST_PART_BYTES: Final = (
    240_000  # an event's payload has 262,144 (F10), and says more than its body
)
MOST_UPLOAD_BYTES: Final = 2 * 1024 * 1024
MOST_PARTS: Final = 128  # figures and bounds of each indicator, and a few more
MOST_SERIES: Final = 2_000
MOST_TEXT: Final = 20_000
MOST_NOTE: Final = 2_000
MOST_LINE: Final = 300
MOST_PROOF: Final = 196_608  # characters, as many as a proof file may have (F46)
_LARGEST = 10**12
_END = r"$(?![\s\S])"  # in Python `$` alone lets a line break follow

INDICATOR = "[A-Z][0-9]{1,2}"
_NAME = "[a-z][a-z0-9_]{0,59}"
_CODE = "[A-Za-z0-9_.-]{1,64}"
_DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_UUID4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
LANGUAGE = "[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"

BASES = ("computed", "stated")
CORRECTION_KINDS = ("late_facts", "error_in_facts", "error_in_method", "disclosure", "text")
STATUSES = ("A", "P", "B", "Q", "M", "L")
TEXT_KINDS = ("overview", "resources", "views", "missing", "cooperation", "reply")
COMMITMENT_STATES = ("adopted", "in_progress", "achieved", "withdrawn", "replaced")
CRITERION_VALUES = ("yes", "partly", "no", "unknown")
RECEIPT_STATES = ("accepted", "refused")


def _object(**fields: Any) -> dict[str, Any]:
    """Return an object of exactly these fields; one whose name ends in `_` may be left out."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in fields if not name.endswith("_")],
        "properties": {name.removesuffix("_"): field for name, field in fields.items()},
    }


def _matching(pattern: str, most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most, "pattern": f"^({pattern}){_END}"}


def _one_of(*values: Any) -> dict[str, Any]:
    return {"enum": list(values)}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most}


def _list(items: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


_COUNT = _or_null(_whole(0, _LARGEST))
_SIGNED_COUNT = _or_null(_whole(-_LARGEST, _LARGEST))
_NUMBER = _or_null(_ref("decimal"))
_DATE = _or_null(_ref("day"))
_V = {"const": VERSION}
_YES_OR_NO = {"type": "boolean"}

PART_NAME = f"figures/{INDICATOR}|bounds/{INDICATOR}|texts|commitments|law|corrections|answers"
LEFT_AWAY = "_N"  # in place of a code: the whole breakdown is not shown
LEFT_AWAY_NOTE = (  # as files say it, which are in English
    "breakdown not shown: small numbers could be worked out from it; "
    "the figure for all together is given instead"
)


def is_left_away(code: str) -> bool:
    """Whether the code of a figure, of joined breakdowns all of it, says that the whole breakdown is not shown."""  # N27
    return set(code.split(";")) == {LEFT_AWAY}


_SERIES = _object(
    period=_ref("period"),
    measure=_ref("name"),
    breakdown=_matching(f"({_NAME}(;{_NAME})?)?", 121),
    code=_matching(f"({_CODE}(;{_CODE})?)?", 129),
    value=_NUMBER,
    lower_bound=_NUMBER,
    numerator=_SIGNED_COUNT,
    denominator=_COUNT,
    n_started=_COUNT,
    n_done=_COUNT,
    n_censored=_COUNT,
    status=_one_of(*STATUSES),
    low=_SIGNED_COUNT,
    high=_SIGNED_COUNT,
    source_=_text(MOST_LINE),
)
# Of hidden figures, in a part of its own that is never handed on: what is published stays provable without it. The
# salt keeps its digest, which stands in the head, from being guessed.
_BOUNDS = _object(
    period=_ref("period"),
    measure=_ref("name"),
    breakdown=_SERIES["properties"]["breakdown"],
    code=_SERIES["properties"]["code"],
    low=_whole(-_LARGEST, _LARGEST),
    high=_whole(-_LARGEST, _LARGEST),
)
_COMMITMENT = _object(
    id=_ref("uuid"),
    number=_matching("[A-Za-z0-9.-]{1,20}", 20),
    target=_whole(1, 4),
    state=_one_of(*COMMITMENT_STATES),
    is_late=_YES_OR_NO,
    is_redated=_YES_OR_NO,
    indicator=_or_null(_ref("indicator")),
    measure=_or_null(_ref("name")),
    baseline=_NUMBER,
    aim=_NUMBER,
    reached=_NUMBER,
    starts=_DATE,
    due=_DATE,
    first_due=_DATE,
    adopted_on=_DATE,
    achieved_on=_DATE,
    ended_on=_DATE,
    successor=_or_null(_ref("uuid")),
)
_CRITERION = _object(
    criterion=_matching(r"[A-Z]{1,2}[0-9]{1,2}(\.[a-z_]{1,30})?", 34),
    value=_one_of(*CRITERION_VALUES),
    number=_or_null({"anyOf": [_whole(0, 100_000), _one_of("unlimited")]}),
    citations=_list(_object(act=_text(MOST_LINE), article=_text(MOST_LINE)), 20),
    in_force_from=_DATE,
    in_force_to=_DATE,
    assessed_on=_DATE,
    reviewed_on=_DATE,
    is_disputed=_YES_OR_NO,
)
_GAP = _object(
    rule=_matching("H[0-9]{2}[a-z]?", 4),
    open=_whole(0, 10**8),
    narrow=_whole(0, 10**8),
    unknown=_whole(0, 10**8),
)
_CORRECTION = _object(
    indicator=_ref("indicator"),
    period=_ref("period"),
    measure=_ref("name"),
    breakdown=_SERIES["properties"]["breakdown"],
    code=_SERIES["properties"]["code"],
    old=_NUMBER,
    new=_NUMBER,
    kind=_one_of(*CORRECTION_KINDS),
    note=_ref("note"),
)
_ANSWER = _object(
    office=_ref("office"),
    question=_text(MOST_NOTE),
    figure=_NUMBER,
    text=_or_null(_text(MOST_TEXT)),
    source=_text(MOST_LINE),
    on=_ref("day"),
)
_TEXT = _object(kind=_ref("text_kind"), language=_ref("language"), text=_text(MOST_TEXT))

PARTS: Final[dict[str, dict[str, Any]]] = {
    "figures": _object(
        v=_V,
        indicator=_ref("indicator"),
        definition=_whole(1, 10_000),
        series=_list(_SERIES, MOST_SERIES),
    ),
    "bounds": _object(
        v=_V,
        indicator=_ref("indicator"),
        salt=_matching("[A-Za-z0-9_-]{43}", 43),
        cells=_list(_BOUNDS, MOST_SERIES, 1),
    ),
    "texts": _object(v=_V, texts=_list(_TEXT, 200)),
    "commitments": _object(v=_V, commitments=_list(_COMMITMENT, 400)),
    "law": _object(v=_V, criteria=_list(_CRITERION, 100), gaps=_list(_GAP, 60)),
    "corrections": _object(v=_V, corrections=_list(_CORRECTION, 400)),
    "answers": _object(v=_V, answers=_list(_ANSWER, 200)),
}
_HEAD = _object(
    v=_V,
    report=_ref("uuid4"),
    member=_ref("member"),
    node=_or_null(_ref("uuid")),
    year=_ref("year"),
    version=_matching("[1-9][0-9]{0,2}\\.(0|[1-9][0-9]{0,2})", 7),
    supersedes=_or_null(_ref("uuid4")),
    correction=_or_null(_object(kind=_one_of(*CORRECTION_KINDS), note=_ref("note"))),
    basis=_one_of(*BASES),
    as_of=_ref("instant"),
    log_position=_or_null(_ref("uuid")),
    parts=_list(
        _object(name=_ref("part_name"), sha256=_ref("digest"), bytes=_whole(2, MOST_PART_BYTES)),
        MOST_PARTS,
        1,
    ),
    confirmations=_list(
        _object(part=_ref("part_name"), office=_ref("office"), on=_ref("day")), 2 * MOST_PARTS
    ),
    released_by=_list(_object(office=_ref("office"), on=_ref("day")), 2, 2),
    languages=_list(_ref("language"), 30, 1),
)
_PROPOSALS = _object(
    v=_V,
    report=_or_null(_ref("uuid4")),
    member=_ref("member"),
    year=_ref("year"),
    office=_ref("office"),
    on=_ref("day"),
    proposals=_list(
        _object(
            kind=_ref("text_kind"),
            language=_ref("language"),
            was=_or_null(_ref("digest")),
            text=_text(MOST_TEXT),
        ),
        200,
        1,
    ),
)
# A half-year update: one indicator of one quarter a piece, as the node's own site shows it, and never a limit.
_TOLD_FIGURE = _object(
    **{
        name: field
        for name, field in _SERIES["properties"].items()
        if name not in {"period", "low", "high", "source"}
    }
)
_PROVISIONAL = _object(
    v=_V,
    update=_ref("uuid4"),
    member=_ref("member"),
    year=_ref("year"),
    as_of=_ref("instant"),
    pieces=_whole(1, MOST_PARTS),
    indicator=_ref("indicator"),
    definition=_whole(1, 10_000),
    period=_ref("period"),
    frozen_at=_ref("instant"),
    log_position=_or_null(_ref("uuid")),
    series=_list(_TOLD_FIGURE, MOST_SERIES, 1),
)
_TOKEN = _matching(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", 400_000)

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:havn:national-report:1",
    "title": "National report of a member: the file that a member without a node sends to the hub",
    "$ref": "#/$defs/upload",
    "$defs": {
        "upload": _object(
            v=_V,
            head=_ref("token"),
            parts={
                "type": "object",
                "propertyNames": _ref("digest"),
                "minProperties": 1,
                "maxProperties": MOST_PARTS,
                "additionalProperties": {
                    "anyOf": [_ref(f"part_{kind}") for kind in PARTS],
                },
            },
        ),
        "head": _HEAD,
        **{f"part_{kind}": part for kind, part in PARTS.items()},
        "proposals": _PROPOSALS,
        "event_part": _object(
            v=_V, report=_ref("uuid4"), name=_ref("part_name"), content={"type": "object"}
        ),
        "event_released": _object(v=_V, head=_ref("token")),
        "event_receipt": _object(
            v=_V,
            report=_ref("uuid4"),
            state=_one_of(*RECEIPT_STATES),
            code=_matching(f"({_NAME})?", 60),
            at=_ref("instant"),
            proof={"type": "string", "maxLength": MOST_PROOF},  # empty: none is given
        ),
        "event_provisional": _PROVISIONAL,
        "event_provisional_withdrawn": _object(v=_V, update=_ref("uuid4"), year=_ref("year")),
        "token": _TOKEN,
        "part_name": _matching(PART_NAME, 20),
        "digest": _matching("[0-9a-f]{64}", 64),
        "uuid": _matching(_UUID, 36),
        "uuid4": _matching(_UUID4, 36),
        "member": _matching("[A-Z]{2}", 2),
        "year": _matching("[12][0-9]{3}", 4),
        "period": _matching("[12][0-9]{3}(-Q[1-4])?", 7),
        "day": _matching(_DAY, 10),
        "instant": _matching(
            f"{_DAY}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{{1,6}})?(Z|\\+00:00)", 32
        ),
        "indicator": _matching(INDICATOR, 3),
        "name": _matching(_NAME, 60),
        "decimal": _matching(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{0,27}[1-9])?", 48),
        "language": _matching(LANGUAGE, 11),
        "text_kind": _matching("|".join([*TEXT_KINDS, f"note:{INDICATOR}"]), 20),
        "office": _text(120),
        "note": {
            "type": "object",
            "propertyNames": _ref("language"),
            "minProperties": 1,
            "maxProperties": 30,
            "additionalProperties": _text(MOST_NOTE),
        },
    },
}
