# SPDX-License-Identifier: Apache-2.0
"""Documents as they travel, parsed and built: the national report (docs/protocol/national-report.md).

    part = write_part("figures/R01", figures_part("R01", 2, [figure]))
    head = Head(..., parts=(PartLine.of(part),))
    token = sign_head(head, private, key_id=key_id)
    report = read_report(token, {part.sha256: strict_json(part.content)}, public=public)

Reading raises NationalReportError and nothing else: `faults` has a code, a place and a sentence each.
"""

from havn.lib.wire._faults import FAULT_SENTENCES, NationalReportError, ReportFault
from havn.lib.wire._national_report import (
    REPORT_KIND,
    TEXTS_KIND,
    Confirmation,
    Correction,
    Figure,
    Head,
    NationalReport,
    PartLine,
    Release,
    Text,
    TextProposal,
    TextProposals,
    WrittenPart,
    canonical_part,
    decimal_text,
    figures_and_bounds,
    figures_part,
    text_digest,
    texts_part,
)
from havn.lib.wire._national_report_schema import (
    BASES,
    COMMITMENT_STATES,
    CORRECTION_KINDS,
    CRITERION_VALUES,
    MOST_LINE,
    MOST_PART_BYTES,
    MOST_TEXT,
    MOST_UPLOAD_BYTES,
    RECEIPT_STATES,
    SCHEMA,
    STATUSES,
    TEXT_KINDS,
)
from havn.lib.wire._part_rules import fault_in_text
from havn.lib.wire._reading_reports import (
    claimed_head,
    part_event,
    read_event,
    read_part,
    read_report,
    read_texts,
    read_upload,
    receipt,
    released_event,
    sign_head,
    sign_texts,
    write_part,
    write_upload,
)

__all__ = [
    "BASES",
    "COMMITMENT_STATES",
    "CORRECTION_KINDS",
    "CRITERION_VALUES",
    "FAULT_SENTENCES",
    "MOST_LINE",
    "MOST_PART_BYTES",
    "MOST_TEXT",
    "MOST_UPLOAD_BYTES",
    "RECEIPT_STATES",
    "REPORT_KIND",
    "SCHEMA",
    "STATUSES",
    "TEXTS_KIND",
    "TEXT_KINDS",
    "Confirmation",
    "Correction",
    "Figure",
    "Head",
    "NationalReport",
    "NationalReportError",
    "PartLine",
    "Release",
    "ReportFault",
    "Text",
    "TextProposal",
    "TextProposals",
    "WrittenPart",
    "canonical_part",
    "claimed_head",
    "decimal_text",
    "fault_in_text",
    "figures_and_bounds",
    "figures_part",
    "part_event",
    "read_event",
    "read_part",
    "read_report",
    "read_texts",
    "read_upload",
    "receipt",
    "released_event",
    "sign_head",
    "sign_texts",
    "text_digest",
    "texts_part",
    "write_part",
    "write_upload",
]
