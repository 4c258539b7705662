# SPDX-License-Identifier: Apache-2.0
"""Background work of the national report, by name; what each does lies in `workflow/tasks/reporting.py`."""

MAKE_DRAFT = "report_draft"
SIGN_REPORT = "report_sign"
REMIND = "report_remind"
SEND_ASK = "report_ask"
SEND_BRIEF = "report_brief"
TELL_HALF_YEAR = "report_half_year"
REPORT_WORK = (MAKE_DRAFT, SIGN_REPORT, REMIND, SEND_ASK, SEND_BRIEF, TELL_HALF_YEAR)
FACTOR_LASTS_SECONDS = 300  # a second factor that was given again counts for one release
LINK_PURPOSE = "office-link"
FIRST_MAIL = 999  # days, of the mail that asks; later ones remind
MOST_TEXT = 20_000
MOST_NOTE = 2_000
MOST_OFFICE = 120
MOST_SOURCE = 300
