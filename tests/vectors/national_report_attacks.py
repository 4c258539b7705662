# SPDX-License-Identifier: Apache-2.0
"""Named attacks on national reports: what is changed, the sentence that forbids it, the code it ends with."""

from __future__ import annotations

from tests.vectors.national_report_changes import (
    A_FILE,
    LATER,
    Attack,
    all_of,
    alter,
    bounds,
    drop,
    event,
    figures,
    file,
    grow,
    head,
    nothing,
    part,
    put,
    rename_digest,
    swap_signature,
    texts,
    words,
)
from tests.vectors.national_report_forms import (
    AWAY,
    EARLIER,
    FIGURE,
    HIDDEN,
    NODE,
    OTHER_PUBLIC,
    PART_EVENT,
    PROOF,
    RECEIPT,
    RELEASED_EVENT,
    REPORT,
)

ATTACKS: list[tuple[str, Attack]] = [
    # right ones
    ("a stated report", file("N1", None, nothing)),
    ("a second version", head("N9", None, LATER)),
    ("proposals for texts", texts("N25", None, nothing)),
    ("an event with a part", event("part", PART_EVENT, "N22", None, nothing)),
    ("an event with a head", event("released", RELEASED_EVENT, "N22", None, nothing)),
    ("a receipt", event("receipt", RECEIPT, "N23", None, nothing)),
    ("a receipt with a proof", event("receipt", RECEIPT, "N23", None, put("proof", to=PROOF))),
    # the file and its versions
    ("a file of version 2", file("N2", "unknown_version", put("v", to=2))),
    ("a file whose version is yes", file("N2", "unknown_version", put("v", to=True))),
    ("a file whose version is a text", file("N2", "unknown_version", put("v", to="1"))),
    ("a head of version 2", head("N2", "unknown_version", put("v", to=2))),
    ("a part of version 0", figures("N2", "unknown_version", put("v", to=0))),
    ("a file with a field more", file("N3", "unknown_field", put("picture", to="none"))),
    ("a file without a head", file("N3", "missing_field", drop("head"))),
    ("a file without parts", file("N3", "missing_field", drop("parts"))),
    ("a file whose parts are a list", file("N3", "wrong_type", put("parts", to=[]))),
    ("a file with no part", file("N3", "too_short", put("parts", to={}))),
    ("a head that is no token", file("N3", "bad_value", put("head", to="none"))),
    ("a head that is an object", file("N3", "wrong_type", put("head", to={"v": 1}))),
    ("a head with a field more", head("N3", "unknown_field", put("rank", to=1))),
    ("a head without its year", head("N3", "missing_field", drop("year"))),
    ("a year that is a number", head("N3", "wrong_type", put("year", to=2026))),
    ("a member in small letters", head("N3", "bad_value", put("member", to="xa"))),
    ("a member with a line break", head("N3", "bad_value", put("member", to="XA\n"))),
    (
        "a report id of version 7",
        head("N3", "bad_value", put("report", to=REPORT[:14] + "7" + REPORT[15:])),
    ),
    ("a report id in capitals", head("N3", "bad_value", put("report", to=REPORT.upper()))),
    ("a part name that climbs", head("N3", "bad_value", put("parts", 0, "name", to="../law"))),
    ("a part name nobody knows", head("N3", "bad_value", put("parts", 0, "name", to="victims"))),
    ("a part of a million bytes", head("N4", "out_of_bounds", put("parts", 0, "bytes", to=10**6))),
    # digests
    ("a part named twice", head("N4", "part_twice", grow("parts", by=lambda lines: lines[0]))),
    ("a wrong length", head("N4", "digest_differs", put("parts", 0, "bytes", to=9))),
    ("a part altered", file("N5", "digest_differs", alter)),
    ("a part missing", file("N5", "part_missing", lambda v: v["parts"].pop(min(v["parts"])))),
    ("a part more", file("N5", "part_extra", put("parts", "e" * 64, to={"v": 1, "texts": []}))),
    ("a part under another digest", file("N5", "part_missing", rename_digest)),
    (
        "a part that is a list",
        file("N3", "not_an_object", lambda v: put("parts", min(v["parts"]), to=[])(v)),
    ),
    (
        "a confirmation of nothing",
        head("N5", "confirmation_of_nothing", put("confirmations", 0, "part", to="figures/R99")),
    ),
    # signature
    ("a signature altered", file("N6", "bad_signature", swap_signature)),
    ("another key", file("N6", "bad_signature", nothing, public=OTHER_PUBLIC)),
    (
        "a head of another kind",
        texts("N25", "bad_signature", nothing, signed_as="havn-national-report+jws"),
    ),
    # two persons, basis, versions
    ("released by one", head("N7", "too_short", drop("released_by", 1))),
    (
        "released by three",
        head("N7", "too_long", grow("released_by", by={"office": "Third", "on": "2027-03-03"})),
    ),
    (
        "released twice by one office",
        head("N7", "same_office_twice", put("released_by", 0, "office", to="Minister of Justice")),
    ),
    (
        "released twice by one office in other letters",
        head(
            "N7", "same_office_twice", put("released_by", 0, "office", to=" minister of  JUSTICE")
        ),
    ),
    ("a stated report with a node", head("N8", "node_and_basis", put("node", to=NODE))),
    (
        "a stated report with a log position",
        head("N8", "node_and_basis", put("log_position", to=NODE)),
    ),
    (
        "a computed report without a node",
        head("N8", "node_and_basis", put("basis", to="computed")),
    ),
    ("a basis nobody knows", head("N8", "bad_value", put("basis", to="estimated"))),
    (
        "a first version that replaces",
        head("N9", "correction_unexpected", put("supersedes", to=EARLIER)),
    ),
    ("a second version of nothing", head("N9", "correction_missing", put("version", to="1.1"))),
    (
        "a version that replaces itself",
        head("N9", "correction_missing", all_of(LATER, put("supersedes", to=REPORT))),
    ),
    (
        "a correction for a reason nobody knows",
        head("N9", "bad_value", all_of(LATER, put("correction", "kind", to="politics"))),
    ),
    (
        "a correction without a note",
        head("N9", "too_short", all_of(LATER, put("correction", "note", to={}))),
    ),
    # figures
    (
        "a figure without a number",
        figures("N10", "number_missing", put("series", 0, "value", to=None)),
    ),
    (
        "a number that is not collected",
        figures("N10", "number_out_of_place", put("series", 0, "status", to="L")),
    ),
    ("a status nobody knows", figures("N10", "bad_value", put("series", 0, "status", to="E"))),
    ("a number for a text", figures("N3", "wrong_type", put("series", 0, "value", to=1204))),
    ("a decimal comma", figures("N3", "bad_value", put("series", 0, "value", to="1,5"))),
    ("a number with an exponent", figures("N3", "bad_value", put("series", 0, "value", to="1e3"))),
    (
        "a number with a nought at the end",
        figures("N3", "bad_value", put("series", 0, "value", to="1.50")),
    ),
    ("less than five as a number", figures("N3", "bad_value", put("series", 0, "value", to="<5"))),
    ("no number at all", figures("N3", "bad_value", put("series", 0, "value", to="NaN"))),
    (
        "a negative denominator",
        figures("N3", "out_of_bounds", put("series", 0, "denominator", to=-1)),
    ),
    ("a count that is yes", figures("N3", "wrong_type", put("series", 0, "n_done", to=True))),
    ("an endless count", figures("N3", "out_of_bounds", put("series", 0, "n_done", to=10**13))),
    ("a definition of version nought", figures("N3", "out_of_bounds", put("definition", to=0))),
    (
        "a figure with a field more",
        figures("N3", "unknown_field", put("series", 0, "victim", to="17")),
    ),
    (
        "a hidden figure with its value",
        figures("N11", "hidden_with_number", put("series", 1, "value", to="2")),
    ),
    (
        "a hidden figure with its numerator",
        figures("N11", "hidden_with_number", put("series", 1, "numerator", to=2)),
    ),
    (
        "a hidden figure with one limit",
        figures("N11", "limits_out_of_place", put("series", 1, "high", to=None)),
    ),
    (
        "a hidden figure with its limits turned",
        figures("N11", "limits_out_of_place", put("series", 1, "low", to=9)),
    ),
    (
        "limits on a figure that shows",
        figures("N11", "limits_out_of_place", put("series", 0, "low", to=1)),
    ),
    (
        "a stated figure without source",
        figures("N12", "source_missing", drop("series", 0, "source")),
    ),
    (
        "a stated figure with an empty source",
        figures("N12", "too_short", put("series", 0, "source", to="")),
    ),
    ("a source of blanks", figures("N16", "too_short", put("series", 0, "source", to="   "))),
    ("a figure twice", figures("N13", "figure_twice", grow("series", by=FIGURE))),
    (
        "a hidden figure shown beside itself",
        figures("N13", "figure_twice", grow("series", by=HIDDEN | {"value": "2", "status": "A"})),
    ),
    (
        "a period after the year",
        figures("N13", "period_after_year", put("series", 0, "period", to="2027-Q1")),
    ),
    ("a fifth quarter", figures("N13", "bad_value", put("series", 0, "period", to="2026-Q5"))),
    (
        "a part named for another indicator",
        figures("N13", "part_named_otherwise", put("indicator", to="R02")),
    ),
    (
        "a breakdown without code",
        figures("N14", "breakdown_without_code", put("series", 1, "code", to="")),
    ),
    (
        "two breakdowns with one code",
        figures(
            "N14", "breakdown_without_code", put("series", 1, "breakdown", to="channel;language")
        ),
    ),
    ("three breakdowns", figures("N14", "bad_value", put("series", 1, "breakdown", to="a;b;c"))),
    ("a breakdown left away", figures("N27", None, grow("series", by=AWAY))),
    (
        "a breakdown left away with its limits",
        figures("N27", "left_away_with_number", grow("series", by=AWAY | {"low": 1, "high": 4})),
    ),
    (
        "a breakdown left away that is not hidden",
        figures("N27", "left_away_with_number", grow("series", by=AWAY | {"status": "L"})),
    ),
    (
        "a breakdown left away beside one of its codes",
        figures("N27", "left_away_and_shown", grow("series", by=AWAY | {"breakdown": "channel"})),
    ),
    # bounds
    ("bounds turned", bounds("limits_out_of_place", put("cells", 0, "low", to=9))),
    ("bounds twice", bounds("figure_twice", grow("cells", by=lambda rows: rows[0]))),
    ("bounds of half a cell", bounds("breakdown_without_code", put("cells", 0, "code", to=""))),
    ("bounds named for another", bounds("part_named_otherwise", put("indicator", to="R02"))),
    (
        "bounds of a figure that shows",
        bounds("bounds_of_nothing", put("cells", 0, "code", to="mail")),
    ),
    ("bounds with a short salt", bounds("bad_value", put("salt", to="A"))),
    ("bounds with a value", bounds("unknown_field", put("cells", 0, "value", to="2"))),
    ("bounds of no cell", bounds("too_short", put("cells", to=[]))),
    # texts
    (
        "a text of a kind nobody knows",
        part("texts", "N15", "bad_value", put("texts", 0, "kind", to="picture")),
    ),
    (
        "two texts of one kind",
        part(
            "texts",
            "N15",
            "text_twice",
            put("texts", 1, to={"kind": "overview", "language": "en", "text": "Again."}),
        ),
    ),
    (
        "a text in a language not named",
        part("texts", "N15", "language_not_named", put("texts", 0, "language", to="fr")),
    ),
    (
        "a language that is none",
        part("texts", "N15", "bad_value", put("texts", 0, "language", to="English")),
    ),
    (
        "a text with a file in it",
        part("texts", "N16", "holds_a_file", words(f"See here: {A_FILE}")),
    ),
    (
        "a text with a data address",
        part("texts", "N16", "holds_a_file", words("data:image/png;base64,AAAA")),
    ),
    ("a text with a tag", part("texts", "N16", "holds_markup", words("See <b>here</b>."))),
    ("a text with an entity", part("texts", "N16", "holds_markup", words("One &lt;script&gt;"))),
    (
        "a text with a link in it",
        part("texts", "N16", "holds_markup", words("[here](https://example.org)")),
    ),
    (
        "a text that turns its letters",
        part("texts", "N16", "control_character", words("Item \u202e71")),
    ),
    ("a text with a bell", part("texts", "N16", "control_character", words("Item \u0007 17"))),
    ("an endless text", part("texts", "N3", "too_long", words("Word " * 5_000))),
    ("an empty text", part("texts", "N3", "too_short", words(""))),
    (
        "an office of two lines",
        head("N16", "line_break", put("released_by", 0, "office", to="One\nTwo")),
    ),
    (
        "an office that holds a file",
        head("N3", "too_long", put("released_by", 0, "office", to=A_FILE)),
    ),
    # times
    (
        "a day that is none",
        head("N17", "not_a_date", put("released_by", 0, "on", to="2027-02-30")),
    ),
    (
        "an instant of an hour that is none",
        head("N17", "not_a_date", put("as_of", to="2027-01-31T29:00:00Z")),
    ),
    (
        "an instant without an offset",
        head("N17", "bad_value", put("as_of", to="2027-01-31T00:00:00")),
    ),
    (
        "facts from the future",
        head("N17", "from_the_future", put("as_of", to="2028-01-31T00:00:00Z")),
    ),
    # the other parts
    (
        "a promise told twice",
        part("commitments", "N18", "figure_twice", grow("commitments", by=lambda rows: rows[0])),
    ),
    (
        "a promise with a person",
        part("commitments", "N18", "unknown_field", put("commitments", 0, "owner", to="A. B.")),
    ),
    (
        "a promise for a fifth target",
        part("commitments", "N18", "out_of_bounds", put("commitments", 0, "target", to=5)),
    ),
    (
        "a proposed promise",
        part("commitments", "N18", "bad_value", put("commitments", 0, "state", to="proposed")),
    ),
    (
        "a promise due on no day",
        part("commitments", "N18", "not_a_date", put("commitments", 0, "due", to="2027-06-31")),
    ),
    (
        "a citation without article",
        part("law", "N19", "missing_field", drop("criteria", 0, "citations", 0, "article")),
    ),
    (
        "a citation with an empty article",
        part("law", "N19", "too_short", put("criteria", 0, "citations", 0, "article", to="")),
    ),
    (
        "a gap between two countries",
        part("law", "N19", "unknown_field", put("gaps", 0, "pair", to=["XA", "XB"])),
    ),
    (
        "a gap with a list for its count",
        part("law", "N19", "wrong_type", put("gaps", 0, "open", to=["XA", "XB"])),
    ),
    (
        "a criterion assessed twice",
        part("law", "N19", "figure_twice", grow("criteria", by=lambda rows: rows[0])),
    ),
    (
        "a disclosure with its number",
        part(
            "corrections",
            "N20",
            "correction_with_number",
            put("corrections", 0, "kind", to="disclosure"),
        ),
    ),
    (
        "a correction of half a cell",
        part(
            "corrections", "N14", "breakdown_without_code", put("corrections", 0, "code", to="web")
        ),
    ),
    (
        "an answer with nothing",
        part("answers", "N21", "nothing_answered", put("answers", 0, "figure", to=None)),
    ),
    (
        "an answer without source",
        part("answers", "N21", "missing_field", drop("answers", 0, "source")),
    ),
    # events and proposals
    (
        "an event with a part of a stranger",
        event("part", PART_EVENT, "N22", "unknown_field", put("content", "casework", to=[])),
    ),
    (
        "an event with a part under a wrong name",
        event("part", PART_EVENT, "N22", "missing_field", put("name", to="law")),
    ),
    (
        "an event with a head and more",
        event("released", RELEASED_EVENT, "N22", "unknown_field", put("parts", to={})),
    ),
    (
        "a receipt in a state nobody knows",
        event("receipt", RECEIPT, "N23", "bad_value", put("state", to="liked")),
    ),
    (
        "a receipt with words",
        event("receipt", RECEIPT, "N23", "bad_value", put("code", to="Not good.")),
    ),
    (
        "a receipt that leaves the proof out",
        event("receipt", RECEIPT, "N23", "missing_field", drop("proof")),
    ),
    (
        "a receipt whose proof is a list",
        event("receipt", RECEIPT, "N23", "wrong_type", put("proof", to=[])),
    ),
    (
        "a computed report as a file",
        head("N8", "source_unexpected", all_of(put("basis", to="computed"), put("node", to=NODE))),
    ),
    ("a proposed figure", texts("N25", "unknown_field", put("proposals", 0, "value", to="17"))),
    (
        "a proposal for a kind of figure",
        texts("N25", "bad_value", put("proposals", 0, "kind", to="figures/R01")),
    ),
    ("proposals by another key", texts("N25", "bad_signature", nothing, public=OTHER_PUBLIC)),
    (
        "a proposal with a file in it",
        texts("N25", "holds_a_file", put("proposals", 0, "text", to=A_FILE)),
    ),
    ("no proposals", texts("N25", "too_short", put("proposals", to=[]))),
]
