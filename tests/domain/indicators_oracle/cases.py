# SPDX-License-Identifier: Apache-2.0
"""What the queries of several indicators share: their cases in SQL, after the handbook's words.

`begin`, `finish` and `as_of` are columns of the one row in `period`. A column `hit` says whether a case counts in
the numerator, `lasted` and `done` how long it was followed and whether it ended. Columns named like a breakdown
hold the word that the fact has for it.
"""

from __future__ import annotations

REMOVED_AFTER = """(SELECT min(CASE WHEN g.happened >= {start} THEN g.happened
        WHEN NOT EXISTS (SELECT 1 FROM back b WHERE b.subject = i.subject
            AND b.happened > g.happened AND b.happened <= {start}) THEN {start} END)
    FROM gone g WHERE g.subject = i.subject)"""
SINCE_RECEIPT = REMOVED_AFTER.format(start="i.received")
SINCE_NOTICE = REMOVED_AFTER.format(start="i.noticed")


def within(column: str) -> str:
    """Return that an instant lies in the period."""
    return f"{column} >= begin AND {column} < finish"


def followed(start: str, end: str) -> str:
    """Return the columns of a duration that is censored at the freeze."""
    return (
        f"CASE WHEN {end} IS NULL THEN us(as_of, {start}) ELSE greatest(us({end}, {start}), 0) END AS lasted,"
        f" {end} IS NOT NULL AS done"
    )


IDENTIFIED = f"FROM victims, period WHERE {within('identified')}"
SAFE = """(SELECT min(k.happened) FROM known k WHERE k.kind = 'victim' AND k.name = 'victim_safeguarded'
    AND k.subject = v.subject AND w(k.codes, 'how') <> 'adult')"""
NOT_ADULT = f"""FROM victims v, period WHERE {within("v.identified")}
    AND NOT EXISTS (SELECT 1 FROM known k WHERE k.kind = 'victim' AND k.name = 'victim_safeguarded'
        AND k.subject = v.subject AND w(k.codes, 'how') = 'adult')"""
OFFERS = """FROM known k WHERE k.kind = 'victim' AND k.name = 'support_offered' AND k.subject = v.subject
    AND k.happened <= v.identified + INTERVAL 30 DAY"""
HELPED = f"""FROM victims v, period WHERE {within("v.identified")} AND v.identified + INTERVAL 30 DAY <= as_of"""
SOURCES = """SELECT subject, min(happened) FILTER (name = 'fp_attested') AS attested,
        min(happened) FILTER (name = 'fp_listed') AS listed,
        min(happened) FILTER (name = 'fp_disputed' AND yes(codes, 'upheld')) AS upheld,
        min(happened) FILTER (name = 'fp_withdrawn') AS withdrawn,
        min(happened) FILTER (name = 'self_block_requested') AS requested,
        arg_min(w(codes, 'legal_class'), (happened, recorded)) FILTER (name = 'fp_attested') AS legal_class,
        arg_min(w(codes, 'age'), (happened, recorded)) FILTER (name = 'self_block_requested') AS age
    FROM known WHERE kind = 'source' GROUP BY subject"""
FILES = """SELECT subject, min(happened) FILTER (name = 'investigation_opened') AS opened,
        max(happened) FILTER (name = 'investigation_closed') AS closed,
        arg_min(w(codes, 'source'), (happened, recorded)) FILTER (name = 'investigation_opened') AS source,
        arg_max(w(codes, 'outcome'), (happened, recorded)) FILTER (name = 'investigation_closed') AS outcome
    FROM known WHERE kind = 'investigation' GROUP BY subject"""
JOINED = """SELECT subject, min(happened) FILTER (name = 'operation_joined') AS joined,
        arg_min(w(codes, 'role'), (happened, recorded)) FILTER (name = 'operation_joined') AS role,
        max(n(codes, 'members')) FILTER (name = 'operation_joined') AS members,
        arg_max(codes, (happened, recorded)) FILTER (name = 'operation_result') AS result
    FROM known WHERE kind = 'operation' GROUP BY subject"""
LED = f"FROM ({JOINED}), period WHERE {within('joined')} AND role = 'lead' AND result IS NOT NULL"
WAVES = """SELECT subject, happened, w(codes, 'wave') AS wave, w(codes, 'topic') AS topic,
        w(codes, 'audience') AS audience, n(codes, 'answers') AS answers,
        CASE WHEN n(codes, 'right') <= n(codes, 'answers') THEN n(codes, 'right') END AS "right",
        CASE WHEN n(codes, 'acted') <= n(codes, 'answers') THEN n(codes, 'acted') END AS acted
    FROM known WHERE kind = 'campaign' AND name = 'survey_wave' AND n(codes, 'answers') > 0"""
LAST_WAVES = f"""SELECT * FROM ({WAVES}) WHERE "right" IS NOT NULL QUALIFY row_number() OVER
    (PARTITION BY subject, topic, audience, wave ORDER BY happened DESC, answers DESC, "right" DESC) = 1"""
PAIRS = f"""SELECT b."right" AS right_before, b.answers AS before, a."right" AS right_after, a.answers AS after,
        audience, topic
    FROM ({LAST_WAVES}) a JOIN ({LAST_WAVES}) b USING (subject, topic, audience), period
    WHERE a.wave = 'after' AND b.wave = 'before' AND {within("a.happened")}"""
REPORTS = """SELECT happened, w(codes, 'channel') AS channel, w(codes, 'language') AS language,
        w(codes, 'reporter_kind') AS reporter_kind, w(codes, 'age') AS age, yes(codes, 'duplicate') AS duplicate
    FROM known WHERE kind = 'report' AND name = 'report_received'"""
CONFIRMED = f"FROM items i, period WHERE {within('i.received')} AND confirmed"
NOTICED = f"FROM items i, period WHERE {within('i.noticed')}"
STILL = """FROM items i, period, (SELECT least(finish, as_of) AS moment FROM period)
    WHERE i.noticed < moment AND confirmed
    AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.subject = i.subject AND g.happened < moment
        AND NOT EXISTS (SELECT 1 FROM gone h WHERE h.subject = i.subject
            AND h.happened < moment AND h.happened > g.happened)
        AND NOT EXISTS (SELECT 1 FROM back b WHERE b.subject = i.subject
            AND b.happened > g.happened AND b.happened < moment))"""
PARTNERS = """SELECT happened, recorded, subject, w(codes, 'how') AS how, w(codes, 'protocol') AS protocol
    FROM known WHERE kind = 'partner' AND name = 'list_pulled'"""
HITS = f"""SELECT subject, w(codes, 'action') AS action, w(codes, 'kind') AS kind
    FROM known, period WHERE known.kind = 'partner' AND name = 'hit_reported' AND {within("happened")}"""
