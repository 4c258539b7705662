# SPDX-License-Identifier: Apache-2.0
"""The access table: every URL of every audience by name, with its methods and who may use it; the rest is closed.

Written by hand, so that a change of the code alone changes nothing here.
"""

from django.urls import URLResolver, get_resolver

from havn.lib.encoding import uuid4

A, S, I, O = "analyst", "supervisor", "investigator", "operator"  # noqa: E741 - a table's heads
# Rapporteur, signatory, data owner; the secretariat's people work at a hub.
R, G, D, H = "rapporteur", "signatory", "data_owner", "secretariat"
SIGNS, OWNS, HUB = G, D, H
ROLES = (A, S, I, O, R, G, D, H)
GOVERN = (R, G, D)
LOOK, POST, BOTH = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ANYBODY = ()

# name: (methods, roles)
DESK = {
    "home": (LOOK, ROLES),
    "keys": (LOOK, ROLES),
    "next": (POST, (A, S)),
    "stop_clock": (POST, (A, S)),
    "item": (LOOK, (A, S)),
    "history": (LOOK, (A, S)),
    "text": (LOOK, (A, S)),
    "contact": (LOOK, (A, S)),
    "take": (POST, (A, S)),
    "address": (POST, (A, S)),
    "assess": (POST, (A, S)),
    "renew": (POST, (A, S)),
    "draft": (POST, (A, S)),
    "release": (POST, (A, S)),
    "hand_over": (BOTH, (A, S)),
    "skip": (BOTH, (A, S)),
    "declare_removed": (POST, (S,)),
    "assess_again": (POST, (S,)),
    "ask_elsewhere": (POST, (A, S)),
    "passed_on_to": (LOOK, (A, S)),
    "resume": (POST, (S,)),
    "pass_on": (BOTH, (A, S)),
    "batch": (BOTH, (A, S)),
    "paste": (BOTH, (A, S)),
    "batch_done": (LOOK, (A, S)),
    "undo": (POST, (A, S)),
    "reach": (BOTH, (A, S)),
    "items": (BOTH, (A, S)),
    "orphans": (LOOK, (A, S)),
    "orphans_after": (LOOK, (A, S)),
    "referrals": (LOOK, (A, S)),
    "referrals_after": (LOOK, (A, S)),
    "referrals_out": (LOOK, (A, S)),
    "referrals_out_after": (LOOK, (A, S)),
    "referrals_in": (LOOK, (A, S)),
    "referrals_in_after": (LOOK, (A, S)),
    "referral": (LOOK, (A, S)),
    "referral_reason": (LOOK, (A, S)),
    "erase_words": (BOTH, (S,)),
    "accept_referral": (POST, (A, S)),
    "decline_referral": (BOTH, (A, S)),
    "refer": (BOTH, (A, S)),
    "not_refer": (BOTH, (A, S)),
    "work_here": (BOTH, (S,)),
    "worked_here_because": (LOOK, (A, S)),
    "contacts": (LOOK, (A, S)),
    "contacts_after": (LOOK, (A, S)),
    "contacts_rest": (LOOK, (A, S)),
    "confirm_contact": (POST, (A, S)),
    "decline_contact": (POST, (A, S)),
    "name_contact": (BOTH, (A, S)),
    "settle_country": (BOTH, (A, S)),
    "answers": (LOOK, (A, S)),
    "answers_after": (LOOK, (A, S)),
    "answers_rest": (LOOK, (A, S)),
    "answer_text": (LOOK, (A, S)),
    "see_answer": (POST, (A, S)),
    "leads": (LOOK, (I,)),
    "leads_after": (LOOK, (I,)),
    "lead": (BOTH, (I,)),
    "lead_contact": (LOOK, (I,)),
    "lead_reference": (LOOK, (I,)),
    "package": (LOOK, (I,)),
    "download": (LOOK, (I,)),
    "place_hold": (BOTH, (I,)),
    "lift_hold": (POST, (I,)),
    "holds": (LOOK, (S, I)),
    "holds_rest": (LOOK, (S, I)),
    "hold_reason": (LOOK, (S, I)),
    "supervise": (LOOK, (S,)),
    "nodes": (LOOK, ROLES),
    "alarms": (LOOK, (S, O)),
    "alarms_after": (LOOK, (S, O)),
    "settle_alarm": (BOTH, (S, O)),
    "alarm_evidence": (LOOK, (S, O)),
    "trouble": (LOOK, (S, O)),
    "trouble_rest": (LOOK, (S,)),
    "retry": (POST, (S, O)),
    "staff": (LOOK, (S, O)),
    "node": (LOOK, (S, O)),
}
# The national report at the government's desk (test_national_report_access.py).
REPORT = {
    "reports": (LOOK, (R, G, D)),
    "report_begin": (POST, (R,)),
    "national_report": (LOOK, (R, G, D)),
    "report_figures": (LOOK, (R, G, D)),
    "report_whole": (LOOK, (R, G, D)),
    "report_brief": (LOOK, (R, G)),
    "report_pdf": (LOOK, (R, G, D)),
    "report_brief_pdf": (LOOK, (R, G)),
    "report_tables": (LOOK, (R, G, D)),
    "report_draft": (LOOK, (R,)),
    "report_texts_back": (BOTH, (R,)),
    "report_texts": (LOOK, (R, G, D)),
    "report_text": (BOTH, (R,)),
    "report_choose": (POST, (R,)),
    "report_parts": (LOOK, (R, G, D)),
    "report_owner": (BOTH, (R,)),
    "report_confirm": (POST, (D,)),
    "report_question": (BOTH, (D,)),
    "report_offices": (LOOK, (R, G, D)),
    "report_ask": (BOTH, (R,)),
    "report_ask_withdraw": (POST, (R,)),
    "report_answer_choose": (POST, (R,)),
    "report_release": (BOTH, (R, G)),
    "report_give_back": (POST, (R, G)),
    "report_send_again": (POST, (R,)),
    "report_correct": (BOTH, (R,)),
    "report_withdraw": (BOTH, (R,)),
    "half_year_withdraw": (BOTH, (R,)),
    "report_hub": (LOOK, (R, G)),
    "report_hub_answer": (BOTH, (R,)),
    "capabilities": (LOOK, (R, G)),
    "capability": (BOTH, (R,)),
}
# The government's desk, under /desk/{lang}/government/ (test_government_access.py).
GOVERNMENT = {
    "commitments": (LOOK, GOVERN),
    "commitment": (LOOK, GOVERN),
    "commitment_history": (LOOK, GOVERN),
    "propose_commitment": (BOTH, (R,)),
    "edit_commitment": (BOTH, (R,)),
    "adopt_commitment": (BOTH, (SIGNS,)),
    "drop_commitment": (BOTH, (R,)),
    "start_commitment": (BOTH, (R,)),
    "claim_commitment": (BOTH, (R,)),
    "confirm_commitment": (BOTH, (OWNS, SIGNS)),
    "decline_commitment": (BOTH, (OWNS, SIGNS)),
    "redate_commitment": (BOTH, (SIGNS,)),
    "state_resources": (BOTH, (R,)),
    "add_evidence": (BOTH, (R,)),
    "withdraw_commitment": (BOTH, (SIGNS,)),
    "replace_commitment": (BOTH, (SIGNS,)),
    "reopen_commitment": (BOTH, (SIGNS,)),
    "political_acts": (LOOK, GOVERN),
    "state_political_act": (BOTH, (R,)),
    "correct_political_act": (BOTH, (R,)),
}
# Law at the government's desk, under /desk/{lang}/government/ (test_desk_law.py).
LAW = {
    "law": (LOOK, (R, G, D)),
    "law_criterion": (LOOK, (R, G, D)),
    "law_assess": (BOTH, (R,)),
    "law_reviews": (LOOK, (R, G, D)),
    "law_answer": (LOOK, (R, G, D)),
    "law_review": (BOTH, (R,)),
    "law_dispute": (BOTH, (R,)),
    "law_disputes": (LOOK, (R, G, D)),
    "law_reply": (BOTH, (R,)),
    "law_gaps": (LOOK, (R,)),
    "law_triple": (LOOK, (R,)),
    "law_promise": (POST, (R,)),
}
# Signing in: open to whoever comes, and each page then asks for what it needs (test_access_sign_in.py).
SIGN_IN = {
    "account_login": (BOTH, ANYBODY),
    "mfa_authenticate": (BOTH, ANYBODY),
    "account_logout": (BOTH, ANYBODY),
    "account_inactive": (LOOK, ANYBODY),
    "account_reauthenticate": (BOTH, ANYBODY),
    "mfa_reauthenticate": (BOTH, ANYBODY),
    "mfa_activate_totp": (BOTH, ANYBODY),
    "mfa_view_recovery_codes": (LOOK, ANYBODY),
    "mfa_generate_recovery_codes": (BOTH, ANYBODY),
    "mfa_index": (LOOK, ANYBODY),
    "account_change_password": (BOTH, ANYBODY),
    "mfa_deactivate_totp": (LOOK, ANYBODY),
}
PUBLIC = {
    "languages": (LOOK, ANYBODY),
    "front": (LOOK, ANYBODY),
    "report": (BOTH, ANYBODY),
    "receipt": (BOTH, ANYBODY),
    "status": (BOTH, ANYBODY),
    "help": (LOOK, ANYBODY),
    "leave": (LOOK, ANYBODY),
    "privacy": (LOOK, ANYBODY),
    "accessibility": (LOOK, ANYBODY),
    "participants": (LOOK, ANYBODY),
    "results": (LOOK, ANYBODY),
    "quarter": (LOOK, ANYBODY),
    "table_file": (LOOK, ANYBODY),
    "answer": (BOTH, ANYBODY),
    "office": (BOTH, ANYBODY),
    "report_newest": (LOOK, ANYBODY),
    "report_version": (LOOK, ANYBODY),
    "report_file": (LOOK, ANYBODY),
    "public_report_pdf": (LOOK, ANYBODY),
}
# Who asks signs; test_node_api_access.py sends each of these in the name of each kind of node.
PARTICIPANT = ("participant",)
GIVE = ("GET",)
NODE = {
    "about": (GIVE, PARTICIPANT),
    "own_checkpoint": (GIVE, PARTICIPANT),
    "own_tile": (GIVE, PARTICIPANT),
    "mirrors": (GIVE, PARTICIPANT),
    "mirrored_checkpoint": (GIVE, PARTICIPANT),
    "mirrored_tile": (GIVE, PARTICIPANT),
    "payloads": (POST, PARTICIPANT),
    "vantages": (POST, PARTICIPANT),
    "vantage": (GIVE, PARTICIPANT),
    "known": (POST, PARTICIPANT),
}
SHARED = {"healthz": (LOOK, ANYBODY), "readyz": (LOOK, ANYBODY)}
ALLIANCE = {
    "languages": (LOOK, ANYBODY),
    "front": (LOOK, ANYBODY),
    "participants": (LOOK, ANYBODY),
    "declaration": (LOOK, ANYBODY),
    "members": (LOOK, ANYBODY),
    "member": (LOOK, ANYBODY),
    "promises": (LOOK, ANYBODY),
    "promise": (LOOK, ANYBODY),
    "target": (LOOK, ANYBODY),
    "results_target": (LOOK, ANYBODY),
    "results": (LOOK, ANYBODY),
    "indicator": (LOOK, ANYBODY),
    "indicator_period": (LOOK, ANYBODY),
    "period": (LOOK, ANYBODY),
    "country": (LOOK, ANYBODY),
    "country_indicator": (LOOK, ANYBODY),
    "cooperation": (LOOK, ANYBODY),
    "cooperation_period": (LOOK, ANYBODY),
    "open_data": (LOOK, ANYBODY),
    "verify": (LOOK, ANYBODY),
    "updates": (LOOK, ANYBODY),
    "bulk": (LOOK, ANYBODY),
    "sdmx_csv": (LOOK, ANYBODY),
    "sdmx_structure": (LOOK, ANYBODY),
    "period_csv": (LOOK, ANYBODY),
    "descriptor": (LOOK, ANYBODY),
    "indicator_csv": (LOOK, ANYBODY),
    "half_year_csv": (LOOK, ANYBODY),
    "proof": (LOOK, ANYBODY),
    "periods_json": (LOOK, ANYBODY),
    "definitions_json": (LOOK, ANYBODY),
    "openapi": (LOOK, ANYBODY),
    "figures_json": (LOOK, ANYBODY),
    "law": (LOOK, ANYBODY),
    "law_of_country": (LOOK, ANYBODY),
    "law_criterion": (LOOK, ANYBODY),
    "target_page": (LOOK, ANYBODY),
    "roster_metadata": (LOOK, ANYBODY),
    "roster_target": (LOOK, ANYBODY),
    "roster_participant": (LOOK, ANYBODY),
}
# What offices send to the hub; by its signature alone it is known whose it is.
HUB_API = {"take_report": (POST, ANYBODY), "report_schema": (LOOK, ANYBODY)}
SEC = "secretariat"
HUB_DESK = {
    "home": (LOOK, (O, SEC)),
    "year": (LOOK, (SEC,)),
    "ask_year": (BOTH, (SEC,)),
    "publish_year": (BOTH, (SEC,)),
    "member": (LOOK, (SEC,)),
    "ask_member": (BOTH, (SEC,)),
    "publish_report": (POST, (SEC,)),
    "withdraw_report": (BOTH, (SEC,)),
    "withdraw_half_year": (BOTH, (SEC,)),
    "refused": (LOOK, (O, SEC)),
    "office_keys": (LOOK, (SEC,)),
    "add_office_key": (BOTH, (SEC,)),
    "end_office_key": (BOTH, (SEC,)),
    "alarms": (LOOK, (O,)),
    "settle_alarm": (BOTH, (O,)),
    "retry": (POST, (O,)),
}
# Addresses without a name only lead on.
LEADS_ON = {"/desk/": (LOOK, ANYBODY)}
TABLES = {
    "public": SHARED | PUBLIC,
    "desk": SHARED
    | LEADS_ON
    | SIGN_IN
    | DESK
    | GOVERNMENT
    | LAW
    | REPORT
    | {"/": (LOOK, ANYBODY)},
    "node": SHARED | NODE,
    "all": SHARED | LEADS_ON | SIGN_IN | DESK | GOVERNMENT | LAW | REPORT | PUBLIC | NODE,
    "hub": SHARED | ALLIANCE | HUB_API,
    "hub_desk": SHARED | LEADS_ON | SIGN_IN | HUB_DESK | {"/": (LOOK, ANYBODY)},
}


def urls(resolver=None, prefix="/"):
    """Yield the route and the pattern of every URL below a resolver, that of the settings unless told."""
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from urls(each, route)
        else:
            yield route, each


def gaps(found, table):
    """Return where URLs and a table differ, as sentences."""
    seen, told = set(), []
    for route, pattern in found:
        name = pattern.name or route
        seen.add(name)
        if name not in table:
            told.append(f"{route} is not in the access table")
            continue
        view = pattern.callback
        roles = tuple(sorted(role.value for role in getattr(view, "may_open", ())))
        methods, who = table[name]
        if tuple(sorted(who)) != roles:
            told.append(f"{route} opens for {roles}")
        if getattr(view, "allowed_methods", ()) != methods:
            told.append(f"{route} does not answer {methods} alone")
    return told + [
        f"{name} is in the access table, but there is no such URL" for name in set(table) - seen
    ]


def desk_urls():
    """Return the routes and patterns of the casework desk."""
    return [
        (route, each) for route, each in urls() if route.startswith("/desk/") and each.name in DESK
    ]


# What a route takes that names no record.
CHOICES = {"kind": "overview", "language": "en", "part": "police", "number": "3"}


def address_of(route, pattern, identifiers):
    """Return a path of the route: with these identifiers, and with random ones for the rest."""
    path = route
    for name in pattern.pattern.converters:
        for form in ("uuid", "str", "digest", "path", "int"):
            other = {"digest": "0" * 64, "path": "0/000"}.get(form) or str(uuid4())
            chosen = CHOICES.get(name) or identifiers.get(name, other)
            path = path.replace(f"<{form}:{name}>", chosen)
    return path
