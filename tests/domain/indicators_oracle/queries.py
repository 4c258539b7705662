# SPDX-License-Identifier: Apache-2.0
"""The indicators that are counts, sums, ratios of sums and durations (columns `lasted` and `done`).

Columns named like a breakdown hold the word that the fact has for it.
"""

from __future__ import annotations

from tests.domain.indicators_oracle.cases import (
    CONFIRMED,
    FILES,
    IDENTIFIED,
    JOINED,
    LED,
    NOT_ADULT,
    NOTICED,
    PAIRS,
    REPORTS,
    SAFE,
    SINCE_NOTICE,
    SINCE_RECEIPT,
    SOURCES,
    STILL,
    WAVES,
    followed,
    within,
)

# Counted: (measure, cases, breakdowns).
COUNTS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "V01": [
        (
            "identified",
            f'SELECT sex, age, setting, "by" {IDENTIFIED}',
            ("sex", "age", "setting", "by"),
        )
    ],
    "V07": [
        (
            "unknown",
            f"SELECT 1 {IDENTIFIED} AND (country_by = '' OR country_first = '')",
            (),
        )
    ],
    "V09": [
        ("requests", f"SELECT age FROM ({SOURCES}), period WHERE {within('requested')}", ("age",))
    ],
    "P03": [
        ("opened", f"SELECT source FROM ({FILES}), period WHERE {within('opened')}", ("source",))
    ],
    "P04": [
        ("closed", f"SELECT 1 FROM ({FILES}), period WHERE {within('closed')}", ()),
        (
            "open",
            (
                f"SELECT 1 FROM ({FILES}), period WHERE opened < finish"
                " AND (closed IS NULL OR closed >= finish)"
            ),
            (),
        ),
    ],
    "P06": [
        (
            measure,
            f"""SELECT offence, who FROM (SELECT happened, w(codes, 'offence') AS offence, w(codes, 'who') AS who
                FROM known WHERE kind = 'suspect' AND name = '{name}'
                QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened, recorded) = 1), period
                WHERE {within("happened")}""",
            ("offence", "who"),
        )
        for measure, name in (
            ("identified", "suspect_identified"),
            ("arrested", "suspect_arrested"),
            ("convicted", "person_convicted"),
        )
    ],
    "P07": [
        (
            "joined",
            f"SELECT role FROM ({JOINED}), period WHERE {within('joined')} AND members >= 2",
            ("role",),
        )
    ],
    "R01": [
        (
            "received",
            f"SELECT channel, language, reporter_kind FROM ({REPORTS}), period WHERE {within('happened')}",
            ("channel", "language", "reporter_kind"),
        ),
        (
            "duplicates",
            f"SELECT 1 FROM ({REPORTS}), period WHERE {within('happened')} AND duplicate",
            (),
        ),
    ],
    "R07": [
        (
            "still_up",
            f"""SELECT hosting, CASE WHEN us(moment, noticed) < 86400000000 THEN 'd0'
                WHEN us(moment, noticed) < 7 * 86400000000 THEN 'd1'
                WHEN us(moment, noticed) < 30 * 86400000000 THEN 'd7'
                WHEN us(moment, noticed) < 90 * 86400000000 THEN 'd30' ELSE 'd90' END AS since_notice {STILL}""",
            ("since_notice", "hosting"),
        )
    ],
    "R09": [
        (
            "hosted_here",
            f"SELECT 1 FROM items i, period WHERE {within('placed')} AND confirmed AND hosting = 'here'",
            (),
        )
    ],
    "R11": [
        (
            "attested",
            f"SELECT legal_class FROM ({SOURCES}), period WHERE {within('attested')}",
            ("legal_class",),
        ),
        (
            "listed",
            f"SELECT legal_class FROM ({SOURCES}), period WHERE {within('attested')} AND listed IS NOT NULL",
            ("legal_class",),
        ),
    ],
    "R18": [("notices", f"SELECT 1 {NOTICED}", ())],
    "X1": [
        (
            "withdrawn",
            f"""SELECT 1 FROM (SELECT subject, min(happened) AS due, bool_or(w(codes, 'state') = 'withdrawn') AS given_up
                FROM known WHERE kind = 'commitment' AND name = 'commitment_due' GROUP BY subject), period
                WHERE {within("due")} AND given_up""",
            (),
        )
    ],
}

# Sums: (measure, rows with `number`, breakdowns).
SUMS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "P08": [("operations", f"SELECT 1 AS number {LED}", ())]
    + [
        (measure, f"SELECT coalesce(n(result, '{measure}'), 0) AS number {LED}", ())
        for measure in ("suspects", "arrests", "children")
    ],
    "A01": [
        (
            "shown",
            f"""SELECT n(codes, 'reach') AS number, w(codes, 'audience') AS audience FROM known, period
                WHERE kind = 'campaign' AND name = 'campaign_run' AND w(codes, 'method') <> 'survey'
                AND n(codes, 'reach') IS NOT NULL AND {within("happened")}""",
            ("audience",),
        )
    ],
    "A06": [
        (
            "followed",
            f"""SELECT coalesce(n(codes, 'number'), 1) AS number, w(codes, 'country') AS country FROM known, period
                WHERE kind = 'form' AND name = 'helpline_followed' AND {within("happened")}""",
            ("country",),
        )
    ],
}

# Shares of two sums: (measure, rows with `part` and `whole`, breakdowns).
RATIOS: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "A01": [
        (
            "reached",
            f"""SELECT n(codes, 'reach') AS part, coalesce(n(codes, 'population'), 0) AS whole,
                w(codes, 'audience') AS audience FROM known, period
                WHERE kind = 'campaign' AND name = 'campaign_run' AND w(codes, 'method') = 'survey'
                AND n(codes, 'reach') <= coalesce(n(codes, 'population'), 0) AND {within("happened")}""",
            ("audience",),
        )
    ],
    "A02": [
        (
            measure,
            f'SELECT right_{measure} AS part, "{measure}" AS whole, audience, topic FROM ({PAIRS})',
            ("audience", "topic"),
        )
        for measure in ("before", "after")
    ],
    "A03": [
        (
            "knows",
            f"""SELECT "right" AS part, answers AS whole, audience FROM ({WAVES}), period
                WHERE {within("happened")} AND topic = 'reporting' AND wave <> 'before'
                AND wave IN ('after', 'single') AND "right" IS NOT NULL""",
            ("audience",),
        )
    ],
    "A04": [
        (
            "acted",
            f"""SELECT acted AS part, answers AS whole, audience FROM ({WAVES}), period
                WHERE {within("happened")} AND wave IN ('after', 'single') AND acted IS NOT NULL""",
            ("audience",),
        )
    ],
    "A07": [
        (
            "completed",
            f"""SELECT 1 AS part, 0 AS whole, language FROM ({REPORTS}), period
                WHERE {within("happened")} AND channel = 'web'
                UNION ALL SELECT 0, coalesce(n(codes, 'number'), 1), w(codes, 'language') FROM known, period
                WHERE kind = 'form' AND name = 'form_started' AND {within("happened")}""",
            ("language",),
        )
    ],
    "A08": [
        (
            "covered",
            f"""SELECT 1 AS part, 0 AS whole, arg_min(w(codes, 'level'), (happened, w(codes, 'level'))) AS level
                FROM known, period WHERE kind = 'school' AND name = 'school_session'
                AND w(codes, 'kind') <> 'register' AND {within("happened")} GROUP BY subject
                UNION ALL SELECT 0, schools, level FROM (
                    SELECT w(codes, 'level') AS level, n(codes, 'schools') AS schools FROM known, period
                    WHERE kind = 'school' AND name = 'school_session' AND w(codes, 'kind') = 'register'
                    AND n(codes, 'schools') IS NOT NULL AND happened < finish
                    QUALIFY row_number() OVER (PARTITION BY level
                        ORDER BY happened DESC, recorded DESC, schools DESC) = 1)""",
            ("level",),
        )
    ],
}

# Durations: (unit, cases with `lasted` and `done`, breakdowns, whether all together are counted too).
SPANS: dict[str, tuple[str, str, tuple[str, ...], bool]] = {
    "V04": (
        "days",
        (
            f"SELECT origin, place, {followed('recorded_at', 'identified')} FROM victims, period"
            f" WHERE {within('recorded_at')}"
        ),
        ("origin", "place"),
        True,
    ),
    "V05": ("hours", f"SELECT {followed('v.identified', SAFE)} {NOT_ADULT}", (), True),
    "P01": (
        "hours",
        f"SELECT class AS legal_class, hosting, {followed('i.received', 'told')} {CONFIRMED}",
        ("legal_class", "hosting"),
        True,
    ),
    "P05": (
        "days",
        f"SELECT {followed('opened', 'closed')} FROM ({FILES}), period WHERE {within('opened')}",
        (),
        True,
    ),
    "P09": (
        "hours",
        f"SELECT direction, {followed('began', 'answered')} FROM referrals, period WHERE {within('began')}",
        ("direction",),
        False,
    ),
    "R03": (
        "hours",
        (
            f"SELECT {followed('i.received', 'assessed')} FROM items i, period WHERE {within('i.received')}"
            " AND class <> ''"
        ),
        (),
        True,
    ),
    "R04": (
        "hours",
        f"SELECT {followed('i.noticed', SINCE_NOTICE)} {NOTICED} AND hosting = 'here'",
        (),
        True,
    ),
    "R05": (
        "hours",
        f"SELECT hosting, {followed('i.received', SINCE_RECEIPT)} {CONFIRMED}",
        ("hosting",),
        True,
    ),
    "R12": (
        "hours",
        f"SELECT {followed('attested', 'listed')} FROM ({SOURCES}), period WHERE {within('attested')}",
        (),
        True,
    ),
}
