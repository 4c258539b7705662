# SPDX-License-Identifier: Apache-2.0
"""Which process may do what to which table on PostgreSQL: one table, printed as SQL and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# s select, i insert, u update, d delete; a table that is not named is closed to the role.
PRIVILEGES = {"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}

# Read by every process: who the node is, and whether its tables are those of the program.
_EVERYBODY = {
    "django_migrations": "s",
    "members_legalbasis": "s",
    "members_member": "s",
    "members_node": "s",
    "members_nodekey": "s",
    "members_organisation": "s",
    "members_rosterstate": "s",
}
# Takes the roster over: the worker regularly, the operator when a node joins.
_ROSTER = {
    "members_legalbasis": "sid",
    "members_member": "siu",
    "members_node": "siu",
    "members_nodekey": "siu",
    "members_organisation": "siu",
    "members_rosterstate": "siu",
}
# What laws say: rapporteurs read and write it, the worker takes what other nodes say and computes the gaps.
_LAW_OF_DESK = {
    "legislation_criterionanswer": "si",
    "legislation_criteriondispute": "si",
    "legislation_criterionreview": "si",
    "legislation_gapstate": "s",
    "legislation_pairgap": "s",
}
_LAW_OF_WORKER = {
    "legislation_criterionanswer": "si",
    "legislation_criteriondispute": "si",
    "legislation_criterionreview": "si",
    "legislation_gapcount": "sid",
    "legislation_gapstate": "siu",
    "legislation_pairgap": "siud",
}
# A hub counts gaps and keeps no pair of countries.
_LAW_OF_HUB = {
    table: letters for table, letters in _LAW_OF_WORKER.items() if table != "legislation_pairgap"
}
# Of laws the public sees answers, reviews, disputes and counts; no pair of countries.
_LAW_IN_PUBLIC = {
    "legislation_criterionanswer": "s",
    "legislation_criteriondispute": "s",
    "legislation_criterionreview": "s",
    "legislation_gapcount": "s",
}
# The public process stores what it cannot read, and reads what the desk wrote for it.
_PUBLIC = _EVERYBODY | {
    "audit_detail": "i",
    "audit_entry": "i",
    "intake_receiptstatus": "s",
    "intake_submission": "si",
    "jobs_job": "si",
    "reporting_figurerelease": "s",
    "reporting_nationalreport": "s",
    "reporting_reportpart": "s",
    "reporting_officeanswer": "i",  # it adds what an office says, and reads no answer
    "takedown_notice": "s",
    "takedown_noticeanswer": "si",
}
_CASEWORK = {
    "assessment_assessment": "si",
    "assessment_queueentry": "siu",
    "assessment_skip": "si",
    "assessment_withdrawal": "si",
    "cases_contentitem": "siu",
    "cases_hold": "siu",
    "cases_itemtelling": "si",
    "cases_trackmove": "si",
    "investigation_policeanswer": "si",
    "investigation_policepackage": "siu",
    "jobs_job": "siu",
    "ledger_fact": "si",
    "ledger_outgoingevent": "si",
    "referral_knownelsewhere": "s",
    "referral_knownquestion": "si",
    "referral_knowntold": "su",
    "referral_referral": "siu",
    "referral_referralstep": "si",
    "takedown_check": "si",
    "takedown_notice": "siu",
    "takedown_noticeanswer": "siu",
    "takedown_vantageask": "siu",
    "takedown_vantagelook": "siu",
    "tracing_contact": "siu",
    "tracing_hostingevidence": "siu",
    "tracing_itemcontact": "siud",
}
# What a country promises: the desk writes its own, the worker keeps what others say and notes what is late.
_PROMISES = {
    "commitments_commitment": "siu",
    "commitments_commitmentchange": "si",
    "commitments_politicalact": "si",
}
_SIGN_IN = {
    "account_emailaddress": "siu",
    "accounts_person": "su",
    "accounts_roleheld": "s",
    "accounts_sign_in_counter": "siud",
    "django_session": "siud",
    "mfa_authenticator": "siud",
}
# A national report at the desk, and where the worker begins and signs one.
_REPORT = {
    "reporting_boundspart": "si",
    "reporting_capabilitystated": "si",
    "reporting_figurecorrection": "si",
    "reporting_figurerelease": "siu",
    "reporting_frozenfigure": "si",
    "reporting_halfyearupdate": "su",
    "reporting_hubmessage": "su",
    "reporting_nationalreport": "siu",
    "reporting_officeanswer": "su",
    "reporting_officeask": "siu",
    "reporting_partconfirmation": "si",
    "reporting_partowner": "siu",
    "reporting_personrelease": "siu",
    "reporting_reportpart": "si",
    "reporting_reporttext": "si",
    "reporting_sentreminder": "si",
}
_DESK = (
    _EVERYBODY
    | _CASEWORK
    | _PROMISES
    | _SIGN_IN
    | _LAW_OF_DESK
    | {
        "assessment_exposure": "siu",
        "audit_detail": "si",
        "audit_entry": "si",
        "cases_datakey": "s",
        "cases_report": "su",  # its row is locked while addresses are added
        "exchange_alarm": "su",
        "exchange_arrival": "s",
        "exchange_given": "su",  # a supervisor takes a reporter's words back from where they were sent
        "exchange_givencopy": "sd",
        "exchange_log": "s",
        "exchange_peer": "s",
        "ledger_outgoingevent": "siu",
        **_REPORT,
    }
)
# Follows other nodes' logs and writes the own one.
_EXCHANGE = {
    "exchange_alarm": "siu",
    "exchange_anchored": "si",
    "exchange_arrival": "siu",
    "exchange_bundle": "siu",
    "exchange_cosigned": "siud",
    "exchange_counter": "siu",
    "exchange_given": "siu",
    "exchange_givencopy": "sid",
    "exchange_log": "siu",
    "exchange_peer": "siu",
    "exchange_tile": "siu",
}
# Files submissions and imported reports, and seals the chain: it alone changes an audit entry.
_WORKER = (
    _EVERYBODY
    | _ROSTER
    | _CASEWORK
    | _PROMISES
    | _EXCHANGE
    | _LAW_OF_WORKER
    | {
        "accounts_person": "s",
        "accounts_roleheld": "s",
        "audit_detail": "si",
        "audit_entry": "siu",
        "audit_head": "si",
        "cases_datakey": "sid",  # erasing what a reporter wrote is deleting its key
        "cases_report": "siu",
        "intake_receiptstatus": "siu",
        "intake_submission": "su",
        "ledger_outgoingevent": "siu",
        "referral_knownelsewhere": "siu",
        "referral_knownquestion": "siu",
        **_REPORT,
        "reporting_halfyearupdate": "siu",
        "reporting_hubmessage": "siu",
    }
)
# Hands out logs, mirrors and sealed payloads to other nodes; of payloads it sees no word.
_NODE = _EVERYBODY | {
    "audit_detail": "i",
    "audit_entry": "i",
    "exchange_alarm": "siu",
    "exchange_bundle": "s",
    "exchange_counter": "s",
    "exchange_given": "s",
    "exchange_givencopy": "s",
    "exchange_log": "s",
    "exchange_seennonce": "sid",
    "exchange_tile": "s",
}
# Takes what other nodes ask of a node that works on cases, sealed, tells them what was seen, and what is known.
_NODE_OF_CASEWORK = _NODE | {
    "jobs_job": "si",
    "referral_knownrequest": "si",
    "referral_knowntold": "si",
    "takedown_vantagelook": "si",
}
# What it reads of cases for that: no address, no text, and nobody's name.
_COLUMNS_OF_NODE = {
    "assessment_assessment": (
        "id",
        "item_id",
        "organisation",
        "node_id",
        "legal_class",
        "jurisdiction",
        "scheme",
        "scheme_version",
        "age_band",
        "sex",
        "origin",
        "assessed_at",
    ),
    "assessment_withdrawal": ("assessment_id",),
    "cases_contentitem": (
        "id",
        "organisation",
        "is_open",
        "key_version",
        "key_digest",
        "host",
        "legal_class",
        "availability",
    ),
    "cases_hold": ("organisation", "item_id", "host", "until", "lifted_at"),
}
# What the public process reads of figures and of reports: nothing that tells of what is hidden, no office's address.
_COLUMNS_OF_PUBLIC = {
    "reporting_frozenfigure": (
        "id",
        "organisation",
        "release_id",
        "indicator",
        "definition_version",
        "period",
        "measure",
        "breakdown",
        "code",
        "value",
        "lower_bound",
        "numerator",
        "denominator",
        "n_started",
        "n_done",
        "n_censored",
        "obs_status",
        "as_of",
        "log_position",
    ),
    "reporting_officeask": (
        "id",
        "organisation",
        "office",
        "question",
        "wants",
        "due_on",
        "expires_at",
        "withdrawn_at",
    ),
}
# Looks after the node and its staff; of cases it sees nothing.
_OPERATOR = (
    _EVERYBODY
    | _ROSTER
    | {
        "account_emailaddress": "s",
        "accounts_person": "siu",
        "accounts_roleheld": "sid",
        "audit_detail": "si",
        "audit_entry": "si",
        "audit_head": "s",
        "exchange_alarm": "su",
        "exchange_anchored": "s",
        "exchange_bundle": "s",
        "exchange_given": "su",  # erases what an event of the log said
        "exchange_givencopy": "sd",
        "exchange_log": "s",
        "exchange_peer": "s",
        "jobs_job": "su",
        "ledger_outgoingevent": "siu",
        "members_declarationtext": "si",
        "referral_referral": "su",
        "mfa_authenticator": "sd",
    }
)


def _union(*roles: Mapping[str, str]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for role in roles:
        for table, letters in role.items():
            both = set(joined.get(table, "")) | set(letters)
            joined[table] = "".join(letter for letter in PRIVILEGES if letter in both)
    return joined


GRANTS: dict[str, dict[str, str]] = {
    "havn_public": _PUBLIC,
    "havn_desk": _DESK,
    "havn_node": _NODE_OF_CASEWORK,
    "havn_worker": _WORKER,
    "havn_operator": _OPERATOR,
    "havn_all": _union(_PUBLIC, _DESK, _NODE_OF_CASEWORK),
}
# The public site of a hub reads what is published, and stores the report of an office, whole or not at all.
_ALLIANCE = (
    _EVERYBODY
    | _LAW_IN_PUBLIC
    | {
        "audit_detail": "i",
        "audit_entry": "i",
        "commitments_commitment": "s",
        "commitments_politicalact": "s",
        "members_declarationtext": "s",
        "publication_memberstep": "si",
        "publication_officekey": "s",
        "publication_provisionalpiece": "s",
        "publication_publishedfigure": "si",
        "publication_publishedreport": "si",
        "publication_refusal": "i",
        "publication_reportpart": "si",
        "publication_reportproof": "s",
    }
)
# The secretariat asks, publishes and withdraws; of what a member wrote it can change nothing.
_HUB_DESK = (
    _EVERYBODY
    | _SIGN_IN
    | {
        "audit_detail": "si",
        "audit_entry": "si",
        "exchange_alarm": "su",
        "exchange_arrival": "s",
        "exchange_log": "s",
        "exchange_peer": "s",
        "jobs_job": "su",
        "ledger_outgoingevent": "si",
        "publication_arrivedpart": "s",
        "publication_memberstep": "si",
        "publication_officekey": "siu",
        "publication_provisionalpiece": "su",  # takes an update back
        "publication_publishedfigure": "su",
        "publication_publishedreport": "su",
        "publication_question": "siu",
        "publication_refusal": "s",
        "publication_reminder": "siu",
        "publication_reportpart": "s",
        "publication_selfassessment": "s",
    }
)
_HUB_WORKER = {
    "publication_arrivedpart": "siud",
    "publication_memberstep": "si",
    "publication_officekey": "s",
    "publication_provisionalpiece": "siu",
    "publication_publishedfigure": "siu",
    "publication_publishedreport": "siud",
    "publication_question": "su",
    "publication_refusal": "si",
    "publication_reminder": "siu",
    "publication_reportpart": "si",
    "publication_reportproof": "si",
    "publication_selfassessment": "siu",
}
_HUB_OPERATOR = {
    "publication_officekey": "siu",
    "publication_publishedreport": "s",
    "publication_refusal": "s",
}
HUB_GRANTS: dict[str, dict[str, str]] = {
    "havn_alliance": _ALLIANCE,
    "havn_desk": _HUB_DESK,
    "havn_node": _NODE,
    "havn_worker": _EVERYBODY
    | _ROSTER
    | _PROMISES
    | _LAW_OF_HUB
    | {
        "audit_detail": "si",
        "audit_entry": "siu",
        "audit_head": "si",
        "jobs_job": "siu",
        "ledger_outgoingevent": "siu",
    }
    | _EXCHANGE
    | _HUB_WORKER,
    "havn_operator": {
        table: letters
        for table, letters in _OPERATOR.items()
        if not table.startswith(("cases_", "referral_"))
    }
    | _HUB_OPERATOR,
}


# Of these tables a role reads some columns and no other; of a whole table the grants above say it.
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "havn_node": _COLUMNS_OF_NODE,
    "havn_public": _COLUMNS_OF_PUBLIC,
}


def columns_of(role: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return which columns the database roles of a node read, by role and table; a hub's read none so."""
    return {} if role == "hub" else COLUMNS


def grants_of(role: str) -> dict[str, dict[str, str]]:
    """Return the grants of a node or of a hub, by database role and table."""
    return HUB_GRANTS if role == "hub" else GRANTS


def words_of(letters: str) -> str:
    """Return the privileges that the letters stand for, as SQL names them."""
    return ", ".join(PRIVILEGES[letter] for letter in letters)


def as_sql(role: str = "node") -> str:
    """Return the script that makes the database roles and gives each exactly its grants."""
    return "\n".join(_sql_lines(grants_of(role), columns_of(role))) + "\n"


def _sql_lines(
    grants: Mapping[str, Mapping[str, str]], columns: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> Iterator[str]:
    yield "-- Made by `havn grants`; do not edit. Run as the owner of the database, after `havn init`"
    yield "-- and after every upgrade. It can be run again: each role ends with exactly these grants."
    yield "-- Roles may sign in but have no password yet: set one, or use the socket (pg_hba.conf)."
    yield "BEGIN;"
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
    yield "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;"
    for role, tables in grants.items():
        yield ""
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} LOGIN; END IF; END $$;"
        )
        yield f"GRANT USAGE ON SCHEMA public TO {role};"
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};"
        for table, letters in sorted(tables.items()):
            yield f"GRANT {words_of(letters)} ON {table} TO {role};"
        for table, names in sorted(columns.get(role, {}).items()):
            yield f"GRANT SELECT ({', '.join(names)}) ON {table} TO {role};"
    yield ""
    yield "COMMIT;"


def as_page() -> str:
    """Return docs/operations/grants.md: a table per kind of installation."""
    parts = [_PAGE_HEAD]
    for title, kind in (("A node", "node"), ("A hub", "hub")):
        grants = grants_of(kind)
        tables = sorted({table for role in grants.values() for table in role})
        parts += [f"\n## {title}\n", "| table | " + " | ".join(grants) + " |"]
        parts += ["| --- |" + " --- |" * len(grants)]
        parts += [
            f"| {table} | "
            + " | ".join(words_of(role.get(table, "")).lower() or "–" for role in grants.values())
            + " |"
            for table in tables
        ]
        parts += _columns_on_page(columns_of(kind))
    return "\n".join(parts) + "\n"


def _columns_on_page(columns: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Iterator[str]:
    for role, tables in columns.items():
        yield f"\nBeside that, `{role}` may select these columns, and no other of their tables:\n"
        yield from (f"- {table}: {', '.join(names)}" for table, names in sorted(tables.items()))


_PAGE_HEAD = """# Database roles and grants

On PostgreSQL each process signs in with its own role and can do what this page says, no more. The page
and `deploy/postgres/grants.sql` are printed from one table (`src/havn/config/grants.py`); a test applies
the script and compares what PostgreSQL then says with this page, table by table. A table that is not
named here is closed to every role but its owner.

    havn grants > grants.sql                  # or take deploy/postgres/grants.sql
    psql --set ON_ERROR_STOP=1 -f grants.sql havn    # as the owner of the database

The owner of the tables runs `havn init`, `havn backup` and `havn restore`, and nothing else. `havn_all` is for one
process that answers the public site, the desk and other nodes together (a demonstration, or one small machine).
SQLite has no roles: there, separate processes protect keys, not tables."""
