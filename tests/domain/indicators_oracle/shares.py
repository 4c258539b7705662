# SPDX-License-Identifier: Apache-2.0
"""The indicators that are shares of their cases: a column `hit` says whether a case counts in the numerator."""

from __future__ import annotations

from tests.domain.indicators_oracle.cases import (
    CONFIRMED,
    FILES,
    HELPED,
    HITS,
    IDENTIFIED,
    NOT_ADULT,
    NOTICED,
    OFFERS,
    REPORTS,
    SAFE,
    SINCE_NOTICE,
    SOURCES,
    within,
)

# Shares: (measure, cases with `hit`, breakdowns that split both numbers, breakdowns that split the hits alone).
Share = tuple[str, str, tuple[str, ...], tuple[str, ...]]
SHARES: dict[str, list[Share]] = {
    "V02": [
        (
            "share",
            """SELECT origin, coalesce(identified < finish, false) AS hit FROM victims, period
               WHERE entered < finish AND (identified IS NULL OR identified >= begin)""",
            ("origin",),
            (),
        )
    ],
    "V05": [
        (
            "within_72h",
            f"""SELECT coalesce({SAFE} <= v.identified + INTERVAL 72 HOUR, false) AS hit {NOT_ADULT}
                AND v.identified + INTERVAL 72 HOUR <= as_of""",
            (),
            (),
        )
    ],
    "V06": [
        ("offered", f"SELECT EXISTS (SELECT 1 {OFFERS}) AS hit {HELPED}", (), ()),
        (
            "accepted",
            f"""SELECT EXISTS (SELECT 1 FROM known k WHERE k.kind = 'victim' AND k.name = 'support_given'
                AND k.subject = v.subject) AS hit {HELPED} AND EXISTS (SELECT 1 {OFFERS})""",
            (),
            (),
        ),
    ],
    "V07": [
        (
            "across",
            f"""SELECT coalesce(country_by <> '' AND country_first <> '' AND country_by <> country_first, false) AS hit
                {IDENTIFIED}""",
            (),
            (),
        )
    ],
    "V08": [
        (
            "within_30d",
            f"""SELECT coalesce(answered <= lead + INTERVAL 30 DAY, false) AS hit FROM items, period
                WHERE {within("lead")} AND lead + INTERVAL 30 DAY <= as_of""",
            (),
            (),
        )
    ],
    "V09": [
        (
            "within_24h",
            f"""SELECT coalesce(listed <= requested + INTERVAL 24 HOUR, false) AS hit FROM ({SOURCES}), period
                WHERE {within("requested")} AND requested + INTERVAL 24 HOUR <= as_of""",
            (),
            (),
        )
    ],
    "P02": [
        (
            measure,
            f"""SELECT class AS legal_class, hosting, coalesce(told <= i.received + INTERVAL {hours} HOUR, false) AS hit
                {CONFIRMED} AND i.received + INTERVAL {hours} HOUR <= as_of""",
            ("legal_class", "hosting"),
            (),
        )
        for measure, hours in (("within_24h", 24), ("within_72h", 72))
    ],
    "P03": [
        (
            "answered",
            f"SELECT answered IS NOT NULL AS hit FROM items, period WHERE {within('told')}",
            (),
            (),
        )
    ],
    "P04": [
        (
            "share",
            f"SELECT outcome, true AS hit FROM ({FILES}), period WHERE {within('closed')}",
            (),
            ("outcome",),
        )
    ],
    "P09": [
        (
            "within_24h",
            f"""SELECT direction, coalesce(answered <= began + INTERVAL 24 HOUR, false) AS hit FROM referrals, period
                WHERE {within("began")} AND began + INTERVAL 24 HOUR <= as_of""",
            ("direction",),
            (),
        )
    ],
    "P10": [
        (
            "known_30d",
            f"""SELECT kind AS outcome, kind IS NOT NULL AS hit FROM (SELECT o.subject, o.began, (
                    SELECT arg_max(CASE WHEN w(k.codes, 'kind') = '' THEN '_U' ELSE w(k.codes, 'kind') END,
                        (k.happened, k.recorded,
                         CASE WHEN w(k.codes, 'kind') = '' THEN '_U' ELSE w(k.codes, 'kind') END))
                    FROM known k WHERE k.kind = 'referral' AND k.name = 'referral_outcome'
                    AND k.subject = o.subject AND k.happened <= o.began + INTERVAL 30 DAY) AS kind
                FROM referrals o WHERE o.direction = 'out'), period
                WHERE {within("began")} AND began + INTERVAL 30 DAY <= as_of""",
            (),
            ("outcome",),
        )
    ],
    "P12": [
        (
            "trained",
            """SELECT role, EXISTS (SELECT 1 FROM known t WHERE t.kind = 'staff' AND t.name = 'staff_trained'
                    AND t.subject = p.subject AND t.happened >= finish - INTERVAL 24 MONTH
                    AND t.happened < finish) AS hit
               FROM (SELECT subject, w(codes, 'role') AS role, yes(codes, 'left') AS ended, finish FROM known, period
                    WHERE kind = 'staff' AND name = 'staff_in_post' AND happened < finish
                    QUALIFY row_number() OVER (PARTITION BY subject
                        ORDER BY happened DESC, recorded DESC, ended DESC, role DESC) = 1) p
               WHERE NOT ended""",
            ("role",),
            (),
        )
    ],
    "A05": [
        (
            "under_18",
            f"""SELECT channel, age <> 'y_ge18' AS hit FROM ({REPORTS}), period
                WHERE {within("happened")} AND age IN ('y0t2', 'y3t13', 'y14t17', 'y_ge18')""",
            ("channel",),
            (),
        )
    ],
    "R02": [
        (
            "confirmed",
            f"""SELECT class AS legal_class, origin, confirmed AS hit FROM items, period
                WHERE {within("assessed")} AND class <> ''""",
            ("origin",),
            ("legal_class",),
        )
    ],
    "R06": [
        (
            measure,
            f"""SELECT coalesce({SINCE_NOTICE} <= i.noticed + INTERVAL {hours} HOUR, false) AS hit
                {NOTICED} AND i.noticed + INTERVAL {hours} HOUR <= as_of""",
            (),
            (),
        )
        for measure, hours in (("within_24h", 24), ("within_72h", 72), ("within_7d", 168))
    ],
    "R08": [
        (
            "within_90d",
            f"""SELECT "where", "where" IS NOT NULL AS hit FROM (SELECT (
                    SELECT arg_min(b."where", (b.happened, b."where")) FROM back b WHERE b.subject = i.subject
                    AND b.happened > i.removed AND b.happened <= i.removed + INTERVAL 90 DAY) AS "where"
                FROM items i, period WHERE {within("i.removed + INTERVAL 90 DAY")}
                AND i.removed + INTERVAL 90 DAY <= as_of)""",
            (),
            ("where",),
        )
    ],
    "R10": [
        (
            "orphans",
            f"""SELECT CASE WHEN regexp_full_match(country, '[a-z]{{2}}') THEN country ELSE '_U' END AS country,
                orphan AS hit FROM items, period WHERE {within("placed")} AND confirmed AND hosting = 'abroad'""",
            ("country",),
            (),
        )
    ],
    "R13": [
        (
            measure,
            f"""SELECT legal_class, coalesce({within(column)}, false) AS hit FROM ({SOURCES}), period
                WHERE listed < finish AND (withdrawn IS NULL OR withdrawn >= begin)""",
            ("legal_class",),
            (),
        )
        for measure, column in (("disputed", "upheld"), ("withdrawn", "withdrawn"))
    ],
    "R15": [
        (
            "acted",
            f"SELECT action, kind, action NOT IN ('', 'none') AS hit FROM ({HITS})",
            ("kind",),
            ("action",),
        )
    ],
    "R16": [
        (
            "new",
            f"""SELECT origin, NOT is_known AS hit FROM items, period
                WHERE {within("assessed")} AND class <> '' AND is_known IS NOT NULL""",
            ("origin",),
            (),
        )
    ],
    "R18": [
        (
            "share",
            f"""SELECT CASE WHEN {SINCE_NOTICE} IS NOT NULL THEN 'removed' WHEN refused IS NOT NULL THEN 'refused'
                WHEN placed_last > noticed AND country <> country_first THEN 'moved' ELSE 'no_answer' END AS result,
                true AS hit {NOTICED}""",
            (),
            ("result",),
        )
    ],
    "R19": [
        (
            "wrong",
            f"SELECT coalesce(decided > noticed AND NOT confirmed, false) AS hit {NOTICED}",
            (),
            (),
        )
    ],
    "R20": [
        (
            "in_time",
            f"""SELECT flag(codes, 'in_time') AS hit FROM known, period WHERE kind = 'item' AND name = 'check_done'
                AND {within("happened")} AND flag(codes, 'in_time') IS NOT NULL""",
            (),
            (),
        )
    ],
    "X1": [
        (
            "on_time",
            f"""SELECT target, coalesce(achieved <= due, false) AS hit FROM (
                    SELECT subject, min(happened) AS due,
                        arg_min(CASE WHEN json_type(codes, 'target') IN ('VARCHAR', 'UBIGINT')
                            THEN json_extract_string(codes, 'target') ELSE '' END, (happened, recorded)) AS target
                    FROM known WHERE kind = 'commitment' AND name = 'commitment_due' GROUP BY subject)
                LEFT JOIN (SELECT subject, min(happened) AS achieved FROM known
                    WHERE kind = 'commitment' AND name = 'commitment_achieved' GROUP BY subject) USING (subject), period
                WHERE {within("due")}""",
            ("target",),
            (),
        )
    ],
}

# Of these shares only the parts are told: all together they are one hundred per cent, or mean nothing.
WITHOUT_TOTAL = {"P04", "P09", "R18"}
