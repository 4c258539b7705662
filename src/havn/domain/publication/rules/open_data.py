# SPDX-License-Identifier: Apache-2.0
"""Open data as JSON: figures and definitions as objects, and the OpenAPI document that describes their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from havn.domain.indicators.rules import Definition
from havn.domain.publication.rules.published import COMPUTED, Figure
from havn.lib.encoding import instant_text

VERSION = 1
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LICENCE_NAME = "CC BY 4.0"
_TEXT = {"type": "string"}
_MAYBE_NUMBER = {"type": ["number", "null"]}
_MAYBE_COUNT = {"type": ["integer", "null"], "minimum": 0}
_FIGURE = {
    "member": {"type": "string", "pattern": "^[A-Z]{2}$"},
    "period": {"type": "string", "pattern": "^[0-9]{4}(-Q[1-4])?$"},
    "measure": _TEXT,
    "breakdown": _TEXT,
    "code": _TEXT,
    "unit": _TEXT,
    "value": _MAYBE_NUMBER,
    "lower_bound": _MAYBE_NUMBER,
    "numerator": _MAYBE_COUNT,
    "denominator": _MAYBE_COUNT,
    "n_started": _MAYBE_COUNT,
    "n_done": _MAYBE_COUNT,
    "n_censored": _MAYBE_COUNT,
    "status": {"enum": ["A", "P", "B", "Q", "M", "L"]},
    "definition": {"type": "integer", "minimum": 1},
    "as_of": {"type": "string", "format": "date-time"},
    "report": {"type": "string", "format": "uuid"},
    "report_version": _TEXT,
    "node": {"type": ["string", "null"], "format": "uuid"},
    "source": _TEXT,
}
_DEFINITION: dict[str, dict[str, Any]] = {
    "id": _TEXT,
    "version": {"type": "integer", "minimum": 1},
    "numeric_id": _TEXT,
    "target": {"type": "integer", "minimum": 0, "maximum": 4},
    "goal": _TEXT,
    "name": _TEXT,
    "definition": _TEXT,
    "rationale": _TEXT,
    "pitfalls": _TEXT,
    "computation": _TEXT,
    "cohort": _TEXT,
    "unit": _TEXT,
    "classification": _TEXT,
    "direction": {"enum": ["up", "down", "none"]},
    "frequency": _TEXT,
    "facts": {"type": "array", "items": _TEXT},
    "measures": {"type": "array", "items": {"type": "object"}},
    "breakdowns": {"type": "array", "items": {"type": "object"}},
    "suppression_class": _TEXT,
    "suppression_group": _TEXT,
    "min_denominator": {"type": "integer"},
    "related": {"type": "array", "items": _TEXT},
    "compare_with": {"type": "array", "items": _TEXT},
}
_PERIODS = {
    "period": _FIGURE["period"],
    "members": {"type": "integer", "minimum": 0},
    "as_of": {"type": "string", "format": "date-time"},
}


def figure_object(figure: Figure, *, units: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """Return a figure as an object; what is not given is null, never zero."""
    return {
        "member": figure.member,
        "period": figure.period,
        "measure": figure.measure,
        "breakdown": figure.breakdown,
        "code": figure.code,
        "unit": units.get((figure.indicator, figure.measure), ""),
        "value": _number(figure.value),
        "lower_bound": _number(figure.lower_bound),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "n_started": figure.n_started,
        "n_done": figure.n_done,
        "n_censored": figure.n_censored,
        "status": figure.status,
        "definition": figure.definition,
        "as_of": instant_text(figure.as_of),
        "report": str(figure.report),
        "report_version": figure.version,
        "node": None if figure.node is None else str(figure.node),
        "source": figure.source,
    }


def figures_document(
    figures: Iterable[Figure], *, indicator: str, period: str, units: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    """Return all figures of an indicator in a period; what countries stated stands apart from what was computed."""
    computed: list[dict[str, Any]] = []
    stated: list[dict[str, Any]] = []
    for figure in figures:
        box = computed if figure.basis == COMPUTED else stated
        box.append(figure_object(figure, units=units))
    return {
        "v": VERSION,
        "indicator": indicator,
        "period": period,
        "licence": LICENCE,
        "computed": computed,
        "stated_not_computed": stated,
    }


def definitions_document(definitions: Iterable[Definition]) -> dict[str, Any]:
    """Return what every indicator means, with its pitfalls."""
    return {"v": VERSION, "indicators": [definition_object(each) for each in definitions]}


def definition_object(definition: Definition) -> dict[str, Any]:
    """Return one definition as an object."""
    plain = {
        name: getattr(definition, name)
        for name, schema in _DEFINITION.items()
        if schema is _TEXT or schema.get("type") == "integer"
    }
    return plain | {
        "direction": definition.direction.value,
        "facts": list(definition.facts),
        "measures": [
            {
                "name": each.name,
                "title": each.title,
                "unit": each.unit,
                "kind": each.kind.value,
                "direction": definition.direction_of(each.name).value,
            }
            for each in definition.measures
        ],
        "breakdowns": [
            {"name": each.name, "title": each.title, "codes": dict(each.codes)}
            for each in definition.breakdowns
        ],
        "related": list(definition.related),
        "compare_with": list(definition.compare_with),
    }


def _number(number: Decimal | None) -> float | int | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral() else float(number)


def openapi(*, title: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the addresses below /api/v1/results/."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": "1.0.0",
            "description": "Published figures of the Alliance. Nothing here is about a person or a case; "
            "small counts are hidden (status Q). The code _N stands for a whole breakdown that is not shown, because "
            "small numbers could be worked out from it; the figure for all together is given instead.",
            "license": {"name": LICENCE_NAME, "url": LICENCE},
        },
        "paths": {
            "/api/v1/results/periods.json": _path("Which periods there are.", "Periods"),
            "/api/v1/results/indicators.json": _path("What each indicator means.", "Indicators"),
            "/api/v1/results/{indicator}/{period}.json": _path(
                "All published figures of an indicator in a period.",
                "Figures",
                indicator="The indicator's id, like R05.",
                period="A year like 2026, or a quarter like 2026-Q3.",
            ),
        },
        "components": {
            "schemas": {
                "Periods": _document("periods", _object(_PERIODS)),
                "Indicators": _document("indicators", _object(_DEFINITION)),
                "Figure": _object(_FIGURE),
                "Figures": _object(
                    {
                        "v": {"const": VERSION},
                        "indicator": _TEXT,
                        "period": _FIGURE["period"],
                        "licence": _TEXT,
                        "computed": _array("#/components/schemas/Figure"),
                        "stated_not_computed": _array("#/components/schemas/Figure"),
                    }
                ),
            }
        },
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _document(name: str, item: dict[str, Any]) -> dict[str, Any]:
    return _object({"v": {"const": VERSION}, name: {"type": "array", "items": item}})


def _array(reference: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": reference}}


def _path(summary: str, schema: str, **parameters: str) -> dict[str, Any]:
    answer = {
        "description": summary,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    named = [
        {"name": name, "in": "path", "required": True, "schema": _TEXT, "description": told}
        for name, told in parameters.items()
    ]
    missing = {"404": {"description": "There is nothing of this name."}} if named else {}
    return {
        "get": {
            "summary": summary,
            "operationId": schema.lower(),
            "parameters": named,
            "responses": {"200": answer} | missing,
        }
    }
