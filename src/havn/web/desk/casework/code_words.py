# SPDX-License-Identifier: Apache-2.0
"""What recorded actions, background work and failures are called on the desk's pages."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from havn.domain.jobs.rules import NEVER_ENDED
from havn.web.desk.casework import alarm_words

ACTIONS = {
    "alarm.raised": _("Alarm raised"),
    "alarm.settled": _("Alarm settled"),
    "assessment.received": _("Assessment of another node received"),
    "assessment.taken_back": _("Assessment taken back by its node"),
    "answer.recorded": _("A provider answered"),
    "answer.seen": _("Provider's answer seen"),
    "answer.text_opened": _("Provider's text opened"),
    "arrival.fetched": _("Message of another node fetched"),
    "arrival.settled": _("Message of another node dealt with"),
    "arrivals.erased": _("Messages erased by their sender"),
    "arrivals.found": _("Messages of another node found"),
    "arrivals.lost": _("Messages lost by their sender"),
    "arrivals.taken_again": _("Messages kept by an earlier release taken again"),
    "batch.assessed": _("Several items assessed at once"),
    "batch.withdrawn": _("Several assessments taken back"),
    "check.recorded": _("Checked whether it is there"),
    "commitment.achieved": _("Promise confirmed as kept"),
    "commitment.adopted": _("Promise adopted"),
    "commitment.claimed": _("Promise said to be kept"),
    "commitment.declined": _("Promise not confirmed as kept"),
    "commitment.dropped": _("Proposal of a promise dropped"),
    "commitment.due_noted": _("Due day of a promise noted"),
    "commitment.edited": _("Words of a proposal changed"),
    "commitment.evidence_added": _("Evidence of a promise added"),
    "commitment.proposed": _("Promise proposed"),
    "commitment.redated": _("New due day of a promise set"),
    "commitment.reopened": _("Promise opened again"),
    "commitment.replaced": _("Promise replaced"),
    "commitment.resources_stated": _("Money of a promise stated"),
    "commitment.started": _("Work at a promise begun"),
    "commitment.taken": _("Promise of another country received"),
    "commitment.withdrawn": _("Promise withdrawn"),
    "contact.confirmed": _("Contact confirmed"),
    "contact.declined": _("Contact declined"),
    "contact.named": _("Contact named by hand"),
    "contact.proposed": _("Contact found"),
    "declaration.loaded": _("Text of the declaration loaded"),
    "detail.erased": _("Details erased"),
    "event.erased": _("Message to other nodes erased"),
    "evidence.recorded": _("Hosting traced"),
    "hold.lifted": _("Police hold lifted"),
    "hold.placed": _("Police hold placed"),
    "hold.taken_over": _("Hold of another member's police taken over"),
    "hold.reason_opened": _("Reason of the hold opened"),
    "item.address_handed_over": _("Address handed over to the viewer"),
    "item.assessed": _("Assessed"),
    "item.chosen": _("Taken by choice"),
    "item.country_set": _("Hosting country set"),
    "item.found_not_illegal": _("Found not illegal here"),
    "item.given_back": _("Given back to the queue"),
    "item.handed_over": _("Handed over to a colleague"),
    "item.lapsed": _("The time with it ran out"),
    "item.passed_on": _("Passed on by hand"),
    "item.passed_on_to_opened": _("Opened to whom it was passed on"),
    "item.reach_noted": _("How to reach it noted"),
    "item.reach_opened": _("How to reach it opened"),
    "item.resumed": _("Background work ordered again"),
    "item.rung_set": _("Next notice begun"),
    "item.skipped": _("Skipped"),
    "item.taken": _("Taken from the queue"),
    "item.to_assess_again": _("To be assessed again"),
    "item.worked_here": _("Worked on here though hosted abroad"),
    "item.worked_here_reason_opened": _("Opened why it is worked on here"),
    "items.queued": _("Put into the queue"),
    "job.failed": _("Background work failed"),
    "publication.corrections_followed": _("Corrections followed what they correct"),
    "publication.office_key_added": _("Office key registered"),
    "publication.office_key_ended": _("Office key ended"),
    "publication.part_kept": _("Part of a national report received"),
    "publication.proof_kept": _("Proof of a national report kept"),
    "publication.question_answered": _("A member answered a question"),
    "publication.question_asked": _("A member was asked a question"),
    "publication.question_sent": _("A question went to an office"),
    "publication.reminder_sent": _("A member was reminded"),
    "publication.report_judged": _("National report received and judged"),
    "publication.report_published": _("National report published"),
    "publication.report_withdrawn": _("National report withdrawn"),
    "publication.self_assessment_kept": _("A member said how it sees itself"),
    "publication.step_kept": _("A member said how far it is"),
    "publication.upload_judged": _("Report of an office received and judged"),
    "publication.year_asked": _("Members asked for a year"),
    "publication.year_published": _("Reports of a year published"),
    "job.retried": _("Background work tried again"),
    "known.answered": _("Another node was told what is known"),
    "known.heard": _("Another node knows the address"),
    "known.kept": _("The assessment of another node counts now"),
    "known.taken_back": _("Another node took its assessment back"),
    "known.withdrawn": _("Another node was told that the assessment was taken back"),
    "law.assessed": _("Law assessed"),
    "law.assessment_taken": _("Another country said what its law says"),
    "law.dispute_answered": _("Replied to a dispute about the law"),
    "law.dispute_taken": _("Another country disputed what a law says"),
    "law.disputed": _("Disputed what a law says"),
    "law.gaps_computed": _("Gaps between laws computed"),
    "law.promise_proposed": _("Promise drafted from a gap between laws"),
    "law.review_taken": _("Another country reviewed what a law says"),
    "law.reviewed": _("Reviewed what a law says"),
    "lead.reference_opened": _("Case number of police opened"),
    "log.opened": _("Log of the node begun"),
    "log.published": _("Log of the node signed"),
    "log.recovered": _("Log of the node recovered"),
    "referral.numbers_passed_over": _("Referrals go on behind what was lost"),
    "log.recovery_began": _("Recovery of the log begun"),
    "log.seen_by_peer": _("Log seen by another node"),
    "node.address_changed": _("Public address of the node changed"),
    "node.registered": _("Node made"),
    "notice.failed": _("Sending the notice failed"),
    "notice.handed_over": _("Notice handed to the mail server"),
    "notice.queued": _("Notice queued"),
    "notice.sent": _("Notice sent"),
    "notice.withdrawn": _("Notice withdrawn"),
    "package.answered": _("Police answered"),
    "package.kept": _("Package ready for police"),
    "package.replaced": _("Package for police made anew"),
    "package.opened": _("Package opened"),
    "person.added": _("Account made"),
    "person.closed": _("Account closed"),
    "person.factor_reset": _("Second factor removed"),
    "person.factor_set_up": _("Second factor set up"),
    "person.password_set": _("Password set"),
    "person.recovery_codes_made": _("Recovery codes made"),
    "person.sign_in_failed": _("Sign-in failed"),
    "person.signed_in": _("Signed in"),
    "person.signed_out": _("Signed out"),
    "quarter.frozen": _("Figures of a quarter frozen"),
    "political_act.stated": _("Political act entered"),
    "political_act.taken": _("Political act of another country received"),
    "referral.answered": _("Referral answered"),
    "referral.arrived": _("Referred by another node"),
    "referral.ended": _("Referral ended"),
    "referral.heard": _("The other node told what happened"),
    "referral.passed_along": _("The node that referred it was told where it went"),
    "referral.progress_told": _("The node that referred it was told what happened"),
    "referral.reason_opened": _("Opened why personal data were sent"),
    "referral.reassessed": _("The other node was told of a new assessment"),
    "referral.replaced": _("The node that referred it assessed it anew"),
    "referral.sent": _("Referred to another node"),
    "referral.sent_again": _("Referred again without the reporter’s words"),
    "referral.taken_up_again": _("Taken up again from a third node"),
    "referral.words_erased": _("Reporter’s words erased from a referral"),
    "report.addresses_added": _("Addresses added"),
    "report.contact_opened": _("Reporter's contact opened"),
    "report.filed": _("Report filed"),
    "report.text_opened": _("Reporter's text opened"),
    "report.words_erased": _("Reporter’s words and contact erased"),
    "role.granted": _("Role given"),
    "role.withdrawn": _("Role taken"),
    "roster.adopted": _("Roster of the Alliance taken over"),
    "roster.trouble_noted": _("No newer roster could be taken over"),
    "status.projected": _("What the reporter may see was written"),
    "submission.filed": _("Report taken out of the inbox"),
    "submission.received": _("Report received"),
    "vantage.answered": _("Another country told what it sees"),
    "vantage.asked": _("Other countries asked what they see"),
    "vantage.closed": _("Another country told nothing"),
    "vantage.failed": _("Another country's node not reached"),
    "vantage.looked": _("Looked for another node"),
    "vantage.not_looked": _("Did not look for another node"),
    "vantage.sent": _("Question handed to another country's node"),
    "vantage.taken": _("Question of another node taken"),
}
# They only accompany another line of the same history, and are left out of it.
BOOKKEEPING = frozenset(
    {"item.class_set", "item.moved", "item.orphaned", "items.class_set", "items.moved"}
)

JOBS = {
    "answer": _("Acting on a provider's answer"),
    "check": _("Checking an item"),
    "exchange_arrivals": _("Dealing with messages of other nodes"),
    "exchange_beat": _("Telling other nodes"),
    "exchange_visit": _("Asking another node"),
    "file_submission": _("Filing a report"),
    "hold_end": _("Ending a hold"),
    "known_ask": _("Asking another node whether addresses are known"),
    "known_keep": _("Keeping the assessment of another node"),
    "law_gaps": _("Looking for gaps between laws"),
    "vantages": _("Choosing which countries to ask"),
    "vantage_ask": _("Asking another country what it sees"),
    "vantage_look": _("Looking at an address for another node"),
    "freeze_quarter": _("Freezing a quarter's figures"),
    "notice": _("Sending a notice"),
    "package": _("Making a package for police"),
    "project_status": _("Writing what a reporter may see"),
    "refresh_roster": _("Taking the Alliance's roster over"),
    "reminder": _("Sending a reminder"),
    "report_ask": _("Asking an office for the national report"),
    "report_brief": _("Telling the signatory of the brief"),
    "report_draft": _("Beginning a national report"),
    "report_remind": _("Reminding of the national report"),
    "report_sign": _("Signing the national report"),
    "report_calendar": _("Following the calendar of reports"),
    "report_question_mail": _("Mailing a question to an office"),
    "report_reminder": _("Reminding a member of its report"),
    "commitment_due": _("Looking whether a promise is late"),
    "trace": _("Tracing an item"),
}

# Why a look at an address or a request to a registry came to nothing.
FAILURES = {
    "no_such_name": _("the name does not exist"),
    "no_address": _("the name has no address"),
    "resolver_dead": _("no name server answers"),
    "timeout": _("no answer in time"),
    "refused": _("no connection"),
    "tls": _("no secure connection"),
    "private_address": _("the name leads into a private network"),
    "too_many_redirects": _("too many redirects"),
    "bad_redirect": _("a redirect that leads nowhere"),
    "protocol": _("the answer is not HTTP"),
    "redirected": _("the answer points to another address"),
    "wrong_type": _("an answer of another type"),
    "too_large": _("a longer answer than is taken"),
}
# Why a mail server did not take a notice.
MAIL_FAILURES = {
    "no_relay_is_set": _("no mail server is set (HAVN_SMTP)"),
    "relay_unreachable": _("the mail server cannot be reached"),
    "relay_refused_us": _("the mail server refuses us"),
    "relay_broke_off": _("the mail server broke off"),
    "sender_refused": _("the mail server refuses our address"),
    "recipient_refused": _("the mail server refuses the recipient"),
    "mail_refused": _("the mail server refuses the mail"),
}
# Why another node told nothing of what it sees.
VANTAGE_FAILURES = {
    "no_alliance": _("this node has joined no alliance"),
    "not_in_the_roster": _("the other node takes part no more"),
    "roster_unusable": _("our own roster has expired"),
    "too_many_asks": _("the other node takes no more questions for now"),
    "ask_refused": _("the other node refuses the question"),
    "node_failed": _("the other node has a fault"),
    "bad_answer": _("the other node's answer cannot be read"),
    "not_possible": _("the other node cannot look there"),
    "not_http": _("no web address, for the other node"),
    "hidden_service": _("no node looks at hidden services"),
}
JOB_FAILURES = {
    NEVER_ENDED: _("the worker was stopped while it did this, or took too long, again and again"),
}
# Why a track of an item moved, as the services of workflow write it.
MOVES = {
    "answered": _("the provider answered"),
    "contact replaced": _("the contact was replaced"),
    "contact declined": _("the contact was declined"),
    "host moved": _("the host moved to another network"),
    "hosted abroad": _("hosted in another country"),
    "no contact": _("no contact is known"),
    "not confirmed": _("assessed again, and not confirmed"),
    "overtaken": _("no notice is due any more"),
    "removed": _("it is removed"),
    "referred": _("referred"),
    "accepted": _("a person here accepted it"),
    "declined": _("the other node declined"),
    "returned": _("it is hosted in the sender's country now"),
    "not_illegal": _("not illegal there"),
    "withdrawn": _("the assessment was taken back"),
    "worked here": _("a supervisor decided so"),
    # Why an analyst does not send an item where it could go.
    "law_there": _("the law there could harm who reported"),
    "nobody_acts": _("nobody there acts"),
    "another_way": _("handled another way"),
    "seen by a person": _("seen in the isolated viewer"),
    "there_elsewhere": _("gone from here, but another country sees it"),
    # What a provider answered.
    "not_ours": _("the provider does not host it"),
    "need_more": _("the provider needs more"),
    "disagree": _("the provider disagrees"),
}
# Why another node gave no answer that can be believed.
LINK_FAILURES = {
    "said_suspended": _("it says that we are suspended"),
    "said_unknown_key": _("it does not know our key: its roster is older than ours"),
    "said_clock_off": _("it says that one of the two clocks is wrong"),
    "said_roster_unusable": _("its own roster has expired"),
    "said_unavailable": _("it is in trouble itself"),
    "begun_again": _("what it gave before does not fit what it signs now; it is asked again"),
    "roster_behind": _("it has a newer roster than we have; what it says waits for ours"),
    "said_log_recovers": _("it was restored, and takes its log back before it goes on"),
}
_KNOWN: dict[str, object] = {**FAILURES, **MAIL_FAILURES, **VANTAGE_FAILURES, **JOB_FAILURES}


def why(code: str) -> str:
    """Return why something failed; what has no words of its own is named for the operator."""
    if not code:
        return ""
    if code in _KNOWN:
        return str(_KNOWN[code])
    return gettext("an unexpected failure (%(code)s); the log says more") % {"code": code}


def is_bookkeeping(code: str) -> bool:
    """Whether an action only accompanies another one."""
    return code.startswith("casework.") or code in BOOKKEEPING


def why_no_answer(code: str) -> str:
    """Return why another node gave no answer that can be believed."""
    if code.startswith("reply_"):
        return gettext("its answer is not signed by it")
    if code in alarm_words.ALARMS:
        return str(alarm_words.ALARMS[code].title)
    return str(LINK_FAILURES.get(code) or why(code))
