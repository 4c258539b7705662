# SPDX-License-Identifier: Apache-2.0
"""SDMX: observations as SDMX-CSV 2.x, and the structure message that says what their columns mean (SDMX-ML 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from havn.domain.indicators.rules import Definition
from havn.domain.publication.rules.published import (
    Figure,
    dimensions_of,
)
from havn.lib import wire
from havn.lib.encoding import csv_line, instant_text, plain_number

AGENCY = "HAVN"
VERSION = "1.0"
DATAFLOW = "ALLIANCE_RESULTS"
STRUCTURE_ID = f"{AGENCY}:{DATAFLOW}({VERSION})"
REPLACE = "R"
NOT_APPLICABLE = "_Z"
MISSING_NUMBER = "NaN"  # intentionally missing, as the field guide says

# id: (code list or None, name)
DIMENSIONS: Mapping[str, tuple[str | None, str]] = {
    "FREQ": ("CL_FREQ", "Frequency"),
    "REF_AREA": ("CL_AREA", "Country"),
    "INDICATOR": ("CL_INDICATOR", "Indicator"),
    "MEASURE": ("CL_MEASURE", "Measure"),
    "BREAKDOWN_1": ("CL_BREAKDOWN", "First breakdown"),
    "CODE_1": ("CL_CODE", "Code of the first breakdown"),
    "BREAKDOWN_2": ("CL_BREAKDOWN", "Second breakdown"),
    "CODE_2": ("CL_CODE", "Code of the second breakdown"),
    "BASIS": ("CL_BASIS", "Computed from facts, or stated"),
}
TIME = "TIME_PERIOD"
MEASURE = "OBS_VALUE"
ATTRIBUTES: Mapping[str, tuple[str | None, str]] = {
    "UNIT_MEASURE": (None, "Unit"),
    "LOWER_BOUND": (None, "More than this, where the value is not reached"),
    "NUMERATOR": (None, "Count above the line, or cases that ended"),
    "DENOMINATOR": (None, "Count below the line, or cases followed"),
    "N_CENSORED": (None, "Cases still open at the freeze"),
    "OBS_STATUS": ("CL_OBS_STATUS", "Status of the observation"),
    "CONF_STATUS": ("CL_CONF_STATUS", "Status of confidentiality"),
    "AS_OF": (None, "What was known at this instant"),
    "DEFINITION": (None, "Version of the indicator's definition"),
    "NODE": (None, "The node that computed it"),
    "LOG_POSITION": (None, "The last fact that it rests on"),
    "SOURCE": (None, "Source of a stated figure"),
}
_FIXED_LISTS: Mapping[str, Mapping[str, str]] = {
    "CL_FREQ": {"A": "Annual", "Q": "Quarterly"},
    "CL_BASIS": {"computed": "Computed from facts", "stated": "Stated, not computed"},
    "CL_OBS_STATUS": {
        "A": "Normal",
        "B": "Break in the series",
        "L": "Exists but is not collected",
        "M": "There is nothing to measure",
        "P": "Provisional",
        "Q": "Missing, suppressed",
    },
    "CL_CONF_STATUS": {
        "F": "Free",
        "C": "Confidential",
        "N": f"Not for publication: {wire.LEFT_AWAY_NOTE}",
    },
}
_MES = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
_STR = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"
_COM = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def csv_lines(figures: Iterable[Figure], *, units: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Yield an SDMX-CSV message line by line; every observation replaces what stood in its place."""
    yield csv_line(
        ["STRUCTURE", "STRUCTURE_ID", "ACTION", *DIMENSIONS, TIME, MEASURE, *ATTRIBUTES]
    )
    for figure in figures:
        cells = _key(figure) | _attributes(figure, units=units)
        known = [cells[name] for name in (*DIMENSIONS, TIME, MEASURE, *ATTRIBUTES)]
        yield csv_line(["dataflow", STRUCTURE_ID, REPLACE, *known])


def _key(figure: Figure) -> dict[str, str]:
    split = [*dimensions_of(figure.breakdown, figure.code), ("", ""), ("", "")]
    return {
        "FREQ": figure.freq,
        "REF_AREA": figure.member,
        "INDICATOR": figure.indicator,
        "MEASURE": figure.measure,
        "BREAKDOWN_1": split[0][0] or NOT_APPLICABLE,
        "CODE_1": split[0][1] or NOT_APPLICABLE,
        "BREAKDOWN_2": split[1][0] or NOT_APPLICABLE,
        "CODE_2": split[1][1] or NOT_APPLICABLE,
        "BASIS": figure.basis,
        TIME: figure.period,
    }


def _attributes(figure: Figure, *, units: Mapping[tuple[str, str], str]) -> dict[str, str]:
    is_duration = figure.n_started is not None
    return {
        MEASURE: plain_number(figure.value) or MISSING_NUMBER,
        "UNIT_MEASURE": units.get((figure.indicator, figure.measure), ""),
        "LOWER_BOUND": plain_number(figure.lower_bound),
        "NUMERATOR": plain_number(figure.n_done if is_duration else figure.numerator),
        "DENOMINATOR": plain_number(figure.rests_on),
        "N_CENSORED": plain_number(figure.n_censored),
        "OBS_STATUS": figure.status,
        "CONF_STATUS": figure.conf_status,
        "AS_OF": instant_text(figure.as_of),
        "DEFINITION": str(figure.definition),
        "NODE": str(figure.node or ""),
        "LOG_POSITION": str(figure.log_position or ""),
        "SOURCE": figure.source,
    }


@dataclass(frozen=True, slots=True)
class _CodeList:
    id: str
    name: str
    codes: Mapping[str, str]


def structure_message(
    definitions: Iterable[Definition], *, areas: Mapping[str, str], at: datetime
) -> bytes:
    """Return the structure message: code lists, concepts, data structure and data flow."""
    for prefix, namespace in (("mes", _MES), ("str", _STR), ("com", _COM)):
        register_namespace(prefix, namespace)
    top = Element(f"{{{_MES}}}Structure")
    header = SubElement(top, f"{{{_MES}}}Header")
    _text(header, f"{{{_MES}}}ID", DATAFLOW)
    _text(header, f"{{{_MES}}}Test", "false")
    _text(header, f"{{{_MES}}}Prepared", instant_text(at))
    SubElement(header, f"{{{_MES}}}Sender", id=AGENCY)
    structures = SubElement(top, f"{{{_MES}}}Structures")
    _dataflow(SubElement(structures, f"{{{_STR}}}Dataflows"))
    lists = SubElement(structures, f"{{{_STR}}}Codelists")
    for each in _code_lists(list(definitions), areas=areas):
        _code_list(lists, each)
    _concepts(SubElement(structures, f"{{{_STR}}}Concepts"))
    _data_structure(SubElement(structures, f"{{{_STR}}}DataStructures"))
    content: bytes = tostring(top, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + content


def _code_lists(definitions: list[Definition], *, areas: Mapping[str, str]) -> list[_CodeList]:
    breakdowns, codes = {NOT_APPLICABLE: "Not applicable"}, {NOT_APPLICABLE: "Not applicable"}
    codes[wire.LEFT_AWAY] = "The breakdown is not shown"
    measures: dict[str, str] = {}
    for definition in definitions:
        measures |= {each.name: each.title for each in definition.measures}
        for breakdown in definition.breakdowns:
            breakdowns[breakdown.name] = breakdown.title
            codes |= breakdown.codes
    fixed = [_CodeList(name, name, known) for name, known in _FIXED_LISTS.items()]
    return [
        *fixed,
        _CodeList("CL_AREA", "Countries", areas),
        _CodeList("CL_INDICATOR", "Indicators", {each.id: each.name for each in definitions}),
        _CodeList("CL_MEASURE", "Measures", measures),
        _CodeList("CL_BREAKDOWN", "Breakdowns", breakdowns),
        _CodeList("CL_CODE", "Codes", codes),
    ]


def _code_list(lists: Element, each: _CodeList) -> None:
    made = _maintained(lists, "Codelist", id=each.id, name=each.name)
    for code, name in each.codes.items():
        _named(SubElement(made, f"{{{_STR}}}Code", id=code), name or code)


def _concepts(box: Element) -> None:
    scheme = _maintained(box, "ConceptScheme", id="CONCEPTS", name="Concepts")
    names = {**{name: told for name, (_, told) in DIMENSIONS.items()}, TIME: "Period"}
    names |= {MEASURE: "Value"} | {name: told for name, (_, told) in ATTRIBUTES.items()}
    for name, told in names.items():
        _named(SubElement(scheme, f"{{{_STR}}}Concept", id=name), told)


def _dataflow(box: Element) -> None:
    flow = _maintained(box, "Dataflow", id=DATAFLOW, name="Results of the Alliance")
    holder = SubElement(flow, f"{{{_STR}}}Structure")
    SubElement(holder, "Ref", {**_reference(DATAFLOW), "class": "DataStructure"})


def _data_structure(box: Element) -> None:
    made = _maintained(box, "DataStructure", id=DATAFLOW, name="Results of the Alliance")
    components = SubElement(made, f"{{{_STR}}}DataStructureComponents")
    dimensions = SubElement(components, f"{{{_STR}}}DimensionList", id="DimensionDescriptor")
    for place, (name, (code_list, _)) in enumerate(DIMENSIONS.items(), start=1):
        each = SubElement(dimensions, f"{{{_STR}}}Dimension", id=name, position=str(place))
        _represented(each, name, code_list)
    time = SubElement(
        dimensions, f"{{{_STR}}}TimeDimension", id=TIME, position=str(len(DIMENSIONS) + 1)
    )
    _represented(time, TIME, None, text="ObservationalTimePeriod")
    attributes = SubElement(components, f"{{{_STR}}}AttributeList", id="AttributeDescriptor")
    for name, (code_list, _) in ATTRIBUTES.items():
        is_needed = name in {"OBS_STATUS", "CONF_STATUS", "AS_OF"}
        each = SubElement(
            attributes,
            f"{{{_STR}}}Attribute",
            id=name,
            assignmentStatus="Mandatory" if is_needed else "Conditional",
        )
        _represented(each, name, code_list)
        related = SubElement(each, f"{{{_STR}}}AttributeRelationship")
        SubElement(SubElement(related, f"{{{_STR}}}PrimaryMeasure"), "Ref", id=MEASURE)
    measures = SubElement(components, f"{{{_STR}}}MeasureList", id="MeasureDescriptor")
    _represented(
        SubElement(measures, f"{{{_STR}}}PrimaryMeasure", id=MEASURE),
        MEASURE,
        None,
        text="Decimal",
    )


def _represented(each: Element, concept: str, code_list: str | None, text: str = "String") -> None:
    identity = SubElement(each, f"{{{_STR}}}ConceptIdentity")
    parent = {"maintainableParentID": "CONCEPTS", "maintainableParentVersion": VERSION}
    SubElement(
        identity,
        "Ref",
        {"id": concept, "agencyID": AGENCY, "package": "conceptscheme", "class": "Concept"}
        | parent,
    )
    shape = SubElement(each, f"{{{_STR}}}LocalRepresentation")
    if code_list is None:
        SubElement(shape, f"{{{_STR}}}TextFormat", textType=text)
        return
    enumeration = SubElement(shape, f"{{{_STR}}}Enumeration")
    known = {**_reference(code_list), "package": "codelist", "class": "Codelist"}
    SubElement(enumeration, "Ref", known)


def _reference(identifier: str) -> dict[str, str]:
    return {"id": identifier, "agencyID": AGENCY, "version": VERSION}


def _maintained(box: Element, kind: str, *, id: str, name: str) -> Element:  # noqa: A002 - SDMX's word
    made = SubElement(box, f"{{{_STR}}}{kind}", _reference(id))
    _named(made, name)
    return made


def _named(element: Element, name: str) -> None:
    _text(element, f"{{{_COM}}}Name", name).set(_LANG, "en")


def _text(box: Element, tag: str, text: str) -> Element:
    made = SubElement(box, tag)
    made.text = text
    return made
