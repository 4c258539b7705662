# SPDX-License-Identifier: Apache-2.0
"""What every indicator is for a period, as exact numbers, by the second computation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import duckdb

from tests.domain.indicators_oracle import queries, shares
from tests.domain.indicators_oracle.cases import (
    FILES,
    HELPED,
    HITS,
    PAIRS,
    PARTNERS,
    SOURCES,
    STILL,
    within,
)

Key = tuple[str, str, str]  # measure, breakdown, code
Codes = Mapping[str, Iterable[str]]  # by breakdown, as the definition lists them
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000


@dataclass(frozen=True)
class Exact:
    """One value: a number (None where there is nothing), with the counts that it rests on."""

    number: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    spans: tuple[int, int, int] | None = None
    bound: int | None = None  # of a quantile that is not reached
    places: int = 1


class Oracle:
    """The figures of one history for one period."""

    def __init__(self, base: duckdb.DuckDBPyConnection, period: tuple[str, str, str]) -> None:
        self.base = base
        self._read: dict[str, list[dict[str, Any]]] = {}
        name, begin, finish = period
        self.name = name
        base.execute(
            "CREATE OR REPLACE TABLE period AS SELECT CAST(? AS TIMESTAMPTZ) AS begin,"
            " CAST(? AS TIMESTAMPTZ) AS finish, as_of FROM moment",
            [begin, finish],
        )

    def figures(self, indicator: str, codes: Codes) -> dict[Key, Exact]:
        """Return every value of an indicator except those of codes under which nothing counts."""
        found: dict[Key, Exact] = {}
        for measure, cases, names in queries.COUNTS.get(indicator, ()):
            for key, rows in self.split(measure, cases, names, codes):
                found[key] = Exact(Fraction(len(rows)))
        for measure, cases, names in queries.SUMS.get(indicator, ()):
            for key, rows in self.split(measure, cases, names, codes):
                found[key] = Exact(Fraction(sum(row["number"] for row in rows)))
        for measure, cases, both, hits in shares.SHARES.get(indicator, ()):
            found |= self.shares(
                measure, cases, both, hits, codes, per=1000 if indicator == "R13" else 100
            )
            if indicator in shares.WITHOUT_TOTAL:
                del found[measure, "", ""]
        for measure, cases, names in queries.RATIOS.get(indicator, ()):
            for key, rows in self.split(measure, cases, names, codes):
                parts = sum(row["part"] or 0 for row in rows)
                found[key] = share(parts, sum(row["whole"] or 0 for row in rows))
        if indicator in queries.SPANS:
            found |= self.spans(indicator, codes)
        special = getattr(self, f"special_{indicator.lower()}", None)
        return found | (special(codes) if special else {})

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows as mappings; what was asked before in this period is not planned again."""
        if sql not in self._read:
            answer = self.base.execute(sql)
            names = [column[0] for column in answer.description or ()]
            self._read[sql] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        return self._read[sql]

    def split(
        self, measure: str, cases: str, names: Iterable[str], codes: Codes
    ) -> Iterator[tuple[Key, list[dict[str, Any]]]]:
        """Give all cases, and those of every code that has any."""
        rows = self.rows(cases)
        yield (measure, "", ""), rows
        for name in names:
            by_code: dict[str, list[dict[str, Any]]] = {}
            for row in rows:
                by_code.setdefault(category(row[name], codes[name]), []).append(row)
            for code, of_code in by_code.items():
                yield (measure, name, code), of_code

    def shares(
        self,
        measure: str,
        cases: str,
        both: Iterable[str],
        hits: Iterable[str],
        codes: Codes,
        *,
        per: int,
    ) -> dict[Key, Exact]:
        """Return shares; a breakdown of the hits alone has the denominator of all."""
        found = {}
        for key, rows in self.split(measure, cases, both, codes):
            found[key] = share(sum(row["hit"] for row in rows), len(rows), per=per)
        rows = self.rows(cases)
        for name in hits:
            words = [category(row[name], codes[name]) for row in rows if row["hit"]]
            for code in codes[name]:
                found[measure, name, code] = share(words.count(code), len(rows), per=per)
        return found

    def spans(self, indicator: str, codes: Codes) -> dict[Key, Exact]:
        """Return median and ninth decile after Kaplan and Meier, in exact fractions."""
        unit, cases, names, has_total = queries.SPANS[indicator]
        found = {}
        for (_, name, code), rows in self.split("", cases, names, codes):
            if not name and not has_total:
                continue
            lasted = [(row["lasted"], row["done"]) for row in rows]
            for measure, part in (
                (f"median_{unit}", Fraction(1, 2)),
                (f"p90_{unit}", Fraction(9, 10)),
            ):
                found[measure, name, code] = quantile(
                    lasted, part, HOUR_US if unit == "hours" else DAY_US
                )
        if indicator == "V05":
            del found["p90_hours", "", ""]
        return found

    # What is no count, no share and no duration.

    def special_v03(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        counts = [
            len(
                self.rows(
                    f"SELECT 1 FROM victims, period WHERE identified >= begin - INTERVAL {back} YEAR"
                    f" AND identified < finish - INTERVAL {back} YEAR"
                )
            )
            for back in range(4)
        ]
        now, *bases = counts
        change = 100 * Fraction(now - bases[0], bases[0]) if bases[0] else None
        mean = None
        if all(bases):
            mean = sum(
                100 * Fraction(counts[i] - counts[i + 1], counts[i + 1]) for i in range(3)
            ) / Fraction(3)
        return {
            ("growth", "", ""): Exact(change, now, bases[0]),
            ("growth_3y", "", ""): Exact(mean, denominator=min(bases)),
        }

    def special_v06(self, codes: Codes) -> dict[Key, Exact]:
        rows = self.rows(
            f"""SELECT list(DISTINCT w(k.codes, 'kind')) FILTER (k.subject IS NOT NULL) AS kinds
                FROM (SELECT v.subject, v.identified {HELPED}) v LEFT JOIN known k
                ON k.kind = 'victim' AND k.name = 'support_offered' AND k.subject = v.subject
                AND k.happened <= v.identified + INTERVAL 30 DAY GROUP BY v.subject"""
        )
        kinds = [{category(kind, codes["support"]) for kind in row["kinds"] or ()} for row in rows]
        return {
            ("offered", "support", code): share(sum(code in each for each in kinds), len(rows))
            for code in codes["support"]
        }

    def special_p03(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        opened = len(self.rows(f"SELECT 1 FROM ({FILES}), period WHERE {within('opened')}"))
        told = len(self.rows(f"SELECT 1 FROM items, period WHERE {within('told')}"))
        rate = Fraction(100 * opened, told) if told else None
        return {("per_100_items", "", ""): Exact(rate, opened, told)}

    def special_p11(self, codes: Codes) -> dict[Key, Exact]:
        last = """SELECT lower(w(codes, 'criterion')) AS criterion, w(codes, 'group') AS "group",
                w(codes, 'value') AS value
            FROM known, period WHERE known.kind = 'criterion' AND name = 'criterion_assessed' AND happened < finish
            QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened DESC, recorded DESC,
                w(codes, 'criterion') DESC, w(codes, 'group') DESC, w(codes, 'value') DESC) = 1"""
        found = {}
        of_criteria = self.split(
            "", f"SELECT * FROM ({last}) WHERE criterion <> 'l24'", ["group"], codes
        )
        for (_, name, code), rows in of_criteria:
            known = [row for row in rows if row["value"] in {"yes", "partly", "no"}]
            # The halves of L25 weigh a half: counted in quarters, one criterion met is four.
            weights = [2 if row["criterion"].startswith("l25_") else 4 for row in known]
            met = {"yes": Fraction(1), "partly": Fraction(1, 2), "no": Fraction(0)}
            got = sum(
                (w * met[row["value"]] for w, row in zip(weights, known, strict=True)), Fraction()
            )
            part = 100 * got / sum(weights) if known else None
            found["met", name, code] = Exact(part, denominator=len(known))
            found["unknown", name, code] = Exact(Fraction(len(rows) - len(known)))
        return found

    def special_a02(self, codes: Codes) -> dict[Key, Exact]:
        found = {}
        for (_, name, code), rows in self.split(
            "", f"SELECT * FROM ({PAIRS})", ["audience", "topic"], codes
        ):
            sums = [
                sum(row[c] for row in rows)
                for c in ("right_after", "after", "right_before", "before")
            ]
            for measure, number in zip(
                ("gain", "gain_from", "gain_to"), self.newcombe(*sums), strict=True
            ):
                rests = min(sums[1], sums[3])
                found[measure, name, code] = Exact(number, denominator=rests)
        return found

    def newcombe(
        self, right_after: int, after: int, right_before: int, before: int
    ) -> list[Fraction | None]:
        """Return gain and interval in points (Newcombe's method 10), by the database's own numbers."""
        if not after or not before:
            return [None, None, None]
        row = self.base.execute(
            """WITH c AS (SELECT 1.959963984540054::DOUBLE AS z, ?::DOUBLE AS x1, ?::DOUBLE AS n1,
                    ?::DOUBLE AS x2, ?::DOUBLE AS n2),
                s AS (SELECT *, x1 / n1 AS p1, x2 / n2 AS p2 FROM c),
                b AS (SELECT *,
                    (p1 + z*z/(2*n1) - z*sqrt(p1*(1-p1)/n1 + z*z/(4*n1*n1))) / (1 + z*z/n1) AS l1,
                    (p1 + z*z/(2*n1) + z*sqrt(p1*(1-p1)/n1 + z*z/(4*n1*n1))) / (1 + z*z/n1) AS u1,
                    (p2 + z*z/(2*n2) - z*sqrt(p2*(1-p2)/n2 + z*z/(4*n2*n2))) / (1 + z*z/n2) AS l2,
                    (p2 + z*z/(2*n2) + z*sqrt(p2*(1-p2)/n2 + z*z/(4*n2*n2))) / (1 + z*z/n2) AS u2 FROM s)
            SELECT p1 - p2 - sqrt((p1-l1)*(p1-l1) + (u2-p2)*(u2-p2)),
                p1 - p2 + sqrt((u1-p1)*(u1-p1) + (p2-l2)*(p2-l2)) FROM b""",
            [right_after, after, right_before, before],
        ).fetchone()
        assert row is not None
        gain = Fraction(right_after, after) - Fraction(right_before, before)
        return [100 * gain, *(100 * Fraction(each) for each in row)]

    def special_r07(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        ages = sorted(
            row["age"] for row in self.rows(f"SELECT us(moment, i.noticed) AS age {STILL}")
        )
        middle = Fraction(ages[(len(ages) + 1) // 2 - 1], HOUR_US) if ages else None
        return {("median_hours", "", ""): Exact(middle, denominator=len(ages))}

    def special_r08(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        rows = self.rows(
            f"""SELECT checks FROM items i, period WHERE {within("i.removed + INTERVAL 90 DAY")}
                AND i.removed + INTERVAL 90 DAY <= as_of"""
        )
        mean = Fraction(sum(row["checks"] for row in rows), len(rows)) if rows else None
        return {("checks", "", ""): Exact(mean, denominator=len(rows))}

    def special_r11(self, codes: Codes) -> dict[Key, Exact]:
        found = {}
        for measure, more in (("attested", ""), ("listed", "AND listed IS NOT NULL")):
            rows = self.rows(
                f"""SELECT (SELECT list(DISTINCT w(k.codes, 'kind')) FROM known k WHERE k.kind = 'source'
                        AND k.name = 'fp_attested' AND k.subject = s.subject) AS kinds
                    FROM ({SOURCES}) s, period WHERE {within("attested")} {more}"""
            )
            of_sources = []
            for row in rows:
                named = {kind for kind in row["kinds"] if kind} or {""}
                of_sources.append({category(kind, codes["kind"]) for kind in named})
            for code in codes["kind"]:
                number = sum(code in kinds for kinds in of_sources)
                found[measure, "kind", code] = Exact(Fraction(number))
        return found

    def special_r14(self, codes: Codes) -> dict[Key, Exact]:
        rows = self.rows(
            f"""WITH told AS ({PARTNERS}), days AS (
                    SELECT unnest(generate_series(begin + INTERVAL 1 DAY, least(finish, as_of), INTERVAL 1 DAY)) AS ends
                    FROM period),
                may AS (SELECT ends, subject, how, protocol FROM days, told WHERE how IN ('begin', 'end')
                    AND happened < ends QUALIFY row_number() OVER (PARTITION BY ends, subject ORDER BY happened DESC,
                        recorded DESC, how = 'begin' DESC, protocol DESC) = 1)
                SELECT ends, protocol, EXISTS (SELECT 1 FROM told WHERE told.subject = may.subject
                    AND told.how NOT IN ('begin', 'end') AND told.happened >= ends - INTERVAL 1 DAY
                    AND told.happened < ends) AS fresh FROM may WHERE how = 'begin'"""
        )
        by_code: dict[tuple[str, str], dict[Any, list[bool]]] = {("", ""): {}}
        for row in rows:
            code = category(row["protocol"], codes["protocol"])
            for key in (("", ""), ("protocol", code)):
                by_code.setdefault(key, {}).setdefault(row["ends"], []).append(row["fresh"])
        found = {}
        for (name, code), days in by_code.items():
            parts = [Fraction(sum(day), len(day)) for day in days.values()]
            mean = 100 * sum(parts, Fraction()) / len(parts) if parts else None
            found["fresh", name, code] = Exact(mean, denominator=len(parts))
        return found

    def special_r15(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        rows = self.rows(HITS)
        active = len({row["subject"] for row in rows})
        mean = Fraction(len(rows), active) if active else None
        return {("per_partner", "", ""): Exact(mean, denominator=active)}

    def special_r17(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        twice = f"SELECT class, second FROM items, period WHERE {within('doubled')} AND class <> '' AND second <> ''"
        total, same, chance = self.base.execute(
            f"""WITH t AS ({twice}) SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM t WHERE class = second),
                (SELECT coalesce(sum(a.n * b.n), 0) FROM (SELECT class AS c, count(*) AS n FROM t GROUP BY class) a
                    JOIN (SELECT second AS c, count(*) AS n FROM t GROUP BY second) b USING (c))"""
        ).fetchone() or (0, 0, 0)
        kappa = None
        if total and int(chance) != total**2:
            kappa = Fraction(same * total - int(chance), total**2 - int(chance))
        return {("kappa", "", ""): Exact(kappa, denominator=total, places=3)}

    def special_x2(self, codes: Codes) -> dict[Key, Exact]:
        del codes
        rows = self.rows(
            f"""SELECT date_diff('day', deadline, CAST(timezone('UTC', happened) AS DATE)) AS days FROM (
                    SELECT happened, recorded, try_cast(w(codes, 'deadline') AS DATE) AS deadline,
                        json_extract_string(codes, 'year') AS year
                    FROM known WHERE kind = 'national_report' AND name = 'national_report_signed'
                    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY happened, recorded) = 1)
                WHERE deadline IS NOT NULL AND year = '{self.name}' ORDER BY happened, deadline LIMIT 1"""
        )
        if not rows:
            return {("days", "", ""): Exact(None, denominator=0)}
        return {("days", "", ""): Exact(Fraction(rows[0]["days"]), denominator=1)}

    def knows(self, names: Iterable[str]) -> bool:
        """Whether any fact of these names is known."""
        listed = ", ".join(f"'{name}'" for name in names)
        return bool(self.rows(f"SELECT 1 FROM known WHERE name IN ({listed}) LIMIT 1"))


def category(word: str | None, listed: Iterable[str]) -> str:
    """Return the code that a word counts under: unknown ones are never spread over known ones."""
    if not word or word == "_U":
        return "_U"
    if word in listed:
        return word
    return "_O" if "_O" in listed else "_U"


def share(numerator: int, denominator: int, *, per: int = 100) -> Exact:
    """Return a share, which nothing has where there is nothing to divide by."""
    number = Fraction(per * numerator, denominator) if denominator else None
    return Exact(number, numerator, denominator)


def quantile(lasted: list[tuple[int, bool]], part: Fraction, unit: int) -> Exact:
    """Return the first time by which the estimate reaches a part, else the time that ten were followed."""
    done = sum(is_done for _, is_done in lasted)
    counts = (len(lasted), done, len(lasted) - done)
    surviving = Fraction(1)
    for time in sorted({time for time, is_done in lasted if is_done}):
        at_risk = sum(each >= time for each, _ in lasted)
        ended = sum(each == time and is_done for each, is_done in lasted)
        surviving *= Fraction(at_risk - ended, at_risk)
        if 1 - surviving >= part:
            return Exact(Fraction(time, unit), spans=counts)
    longest = sorted((time for time, _ in lasted), reverse=True)
    bound = longest[min(10, len(longest)) - 1] // unit if longest else None
    return Exact(None, spans=counts, bound=bound)
