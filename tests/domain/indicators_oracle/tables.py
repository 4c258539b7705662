# SPDX-License-Identifier: Apache-2.0
"""Facts as tables of DuckDB: what was known, and one row for each subject."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from tests.support.made_up_facts import MadeUpFact

HEADER = ("name", "kind", "subject", "happened", "recorded", "codes")

# A word is a JSON string; whatever else stands there is no word. A number is whole and not below zero.
MACROS = """
SET TimeZone = 'UTC';
CREATE MACRO w(codes, k) AS
    CASE WHEN json_type(codes, k) = 'VARCHAR' THEN json_extract_string(codes, k) ELSE '' END;
CREATE MACRO n(codes, k) AS
    CASE WHEN json_type(codes, k) = 'UBIGINT' THEN CAST(json_extract(codes, k) AS BIGINT) END;
CREATE MACRO yes(codes, k) AS
    coalesce(json_type(codes, k) = 'BOOLEAN' AND json_extract_string(codes, k) = 'true', false);
CREATE MACRO flag(codes, k) AS
    CASE WHEN json_type(codes, k) = 'BOOLEAN' THEN json_extract_string(codes, k) = 'true' END;
CREATE MACRO us(later, earlier) AS date_diff('microsecond', earlier, later);
"""

# Of facts of one name about one subject: the first, or the last, of all.
FIRST = "QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened, recorded) = 1"
LAST = "QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened DESC, recorded DESC) = 1"

TABLES = f"""
CREATE OR REPLACE TABLE known AS
    SELECT facts.* FROM facts, moment WHERE happened <= as_of AND recorded <= as_of;

CREATE OR REPLACE TABLE looks AS SELECT subject, happened, recorded,
        w(codes, 'legal_class') AS class, w(codes, 'origin') AS origin, yes(codes, 'withdrawn') AS undone,
        yes(codes, 'double') AS double, flag(codes, 'known') AS is_known,
        coalesce(try_cast(w(codes, 'received_at') AS TIMESTAMPTZ), happened) AS received
    FROM known WHERE name = 'item_assessed' AND kind = 'item';
CREATE OR REPLACE TABLE counts_now AS SELECT subject, class, happened AS decided FROM looks WHERE NOT double
    QUALIFY row_number() OVER (PARTITION BY subject
        ORDER BY happened DESC, undone DESC, recorded DESC, class DESC) = 1;
CREATE OR REPLACE TABLE begun AS SELECT subject, min(received) AS received, min(happened) AS assessed
    FROM looks WHERE NOT double AND NOT undone GROUP BY subject;
CREATE OR REPLACE TABLE made AS SELECT subject, origin FROM looks WHERE NOT double AND NOT undone AND origin <> ''
    QUALIFY row_number() OVER (PARTITION BY subject
        ORDER BY happened DESC, recorded DESC, origin DESC) = 1;
CREATE OR REPLACE TABLE first_look AS SELECT subject, is_known FROM looks
    WHERE NOT double AND NOT undone AND is_known IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened, recorded, is_known) = 1;
CREATE OR REPLACE TABLE twice AS
    SELECT subject, min(happened) AS doubled, arg_max(class, (happened, recorded, class)) AS second
    FROM looks WHERE double GROUP BY subject;
CREATE OR REPLACE TABLE traces AS SELECT subject, happened, recorded,
        CASE WHEN w(codes, 'country') = '' THEN '_U' ELSE w(codes, 'country') END AS country,
        CASE WHEN flag(codes, 'here') THEN 'here' ELSE 'abroad' END AS hosting
    FROM known WHERE name = 'item_traced' AND kind = 'item' AND flag(codes, 'here') IS NOT NULL
    AND coalesce(json_extract_string(codes, 'country'), '-') <> '';
CREATE OR REPLACE TABLE places AS SELECT subject, min(happened) AS placed,
        arg_max(country, (happened, recorded, country, hosting)) AS country,
        arg_max(hosting, (happened, recorded, country, hosting)) AS hosting,
        arg_min(country, (happened, recorded, country, hosting)) AS country_first,
        max(happened) AS placed_last
    FROM traces GROUP BY subject;
CREATE OR REPLACE TABLE gone AS SELECT subject, happened FROM known WHERE name = 'item_removed' AND kind = 'item';
CREATE OR REPLACE TABLE back AS SELECT subject, happened, w(codes, 'where') AS "where"
    FROM known WHERE name = 'item_reappeared' AND kind = 'item';
CREATE OR REPLACE TABLE firsts AS SELECT subject,
        min(happened) FILTER (name = 'notice_sent') AS noticed,
        min(happened) FILTER (name = 'police_informed') AS told,
        min(happened) FILTER (name = 'lead_received') AS lead,
        min(happened) FILTER (name = 'lead_answered') AS answered,
        min(happened) FILTER (name = 'item_removed') AS removed,
        min(happened) FILTER (name = 'check_done' AND w(codes, 'verdict') = 'refused') AS refused,
        count(*) FILTER (name = 'check_done') AS checks,
        count(*) FILTER (name = 'item_orphaned') > 0 AS orphan
    FROM known WHERE kind = 'item' GROUP BY subject;
CREATE OR REPLACE TABLE items AS SELECT f.subject, f.* EXCLUDE (subject), c.class, c.decided, b.received, b.assessed,
        m.origin, l.is_known, t.doubled, t.second, p.placed, p.country, p.country_first, p.placed_last,
        coalesce(p.hosting, '_U') AS hosting, coalesce(c.class IN ('baseline', 'national'), false) AS confirmed
    FROM firsts f LEFT JOIN counts_now c USING (subject) LEFT JOIN begun b USING (subject)
        LEFT JOIN made m USING (subject) LEFT JOIN first_look l USING (subject)
        LEFT JOIN twice t USING (subject) LEFT JOIN places p USING (subject);

CREATE OR REPLACE TABLE opened AS
    SELECT subject, happened AS began, CASE name WHEN 'referral_sent' THEN 'out' ELSE 'in' END AS direction
    FROM known WHERE kind = 'referral' AND name IN ('referral_sent', 'referral_received')
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened, direction) = 1;
CREATE OR REPLACE TABLE referrals AS SELECT o.*, (
        SELECT min(k.happened) FROM known k WHERE k.kind = 'referral' AND k.subject = o.subject
        AND k.name = 'referral_acknowledged' AND w(k.codes, 'how') IN ('accepted', 'declined')
        AND w(k.codes, 'side') = o.direction) AS answered
    FROM opened o;

CREATE OR REPLACE TABLE recorded AS SELECT subject, happened AS recorded_at, w(codes, 'origin') AS origin,
        w(codes, 'place') AS place, w(codes, 'country') AS country
    FROM known WHERE name = 'victim_recorded' AND kind = 'victim' {FIRST};
CREATE OR REPLACE TABLE named AS SELECT subject, happened AS identified, w(codes, 'sex') AS sex,
        w(codes, 'age') AS age, w(codes, 'setting') AS setting, w(codes, 'by') AS "by", w(codes, 'country') AS country
    FROM known WHERE name = 'victim_identified' AND kind = 'victim' {FIRST};
CREATE OR REPLACE TABLE victims AS SELECT subject, r.recorded_at, r.origin, r.place, n.* EXCLUDE (subject, country),
        n.country AS country_by, CASE WHEN r.recorded_at <= coalesce(n.identified, r.recorded_at)
            THEN r.country ELSE n.country END AS country_first,
        least(r.recorded_at, n.identified) AS entered
    FROM recorded r FULL JOIN named n USING (subject);
"""


def fill(facts: Iterable[MadeUpFact], *, as_of: datetime) -> duckdb.DuckDBPyConnection:
    """Return a database with the facts as they are exported, and the tables for what was known at `as_of`."""
    base = duckdb.connect(config={"threads": 1})
    base.execute("PRAGMA disable_optimizer")  # of so few rows, planning takes longer than counting
    base.execute(MACROS)
    with tempfile.TemporaryDirectory(prefix="havn-oracle-") as folder:
        path = Path(folder) / "facts.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER)
            for fact in facts:
                instants = (fact.happened_at.isoformat(), fact.recorded_at.isoformat())
                writer.writerow((*fact[:3], *instants, json.dumps(dict(fact.codes))))
        base.execute(
            "CREATE TABLE facts AS SELECT name, kind, subject, CAST(happened AS TIMESTAMPTZ) AS happened,"
            " CAST(recorded AS TIMESTAMPTZ) AS recorded, CAST(codes AS JSON) AS codes"
            " FROM read_csv(?, header = true, all_varchar = true)",
            [str(path)],
        )
    base.execute(
        "CREATE TABLE moment AS SELECT CAST(? AS TIMESTAMPTZ) AS as_of", [as_of.isoformat()]
    )
    base.execute(TABLES)
    return base
