# SPDX-License-Identifier: Apache-2.0
"""URLs of a node's desk under /desk/{lang}/; each names the roles that may open it."""

from __future__ import annotations

from havn.lib.http import FORM, FORM_LARGE
from havn.web.desk.access import CASEWORK, EVERYBODY, OPERATION, POLICE, SUPERVISION, act, page
from havn.web.desk.casework.views import (
    alliance,
    home,
    hosting,
    oversight,
    police,
    queue,
    referrals,
    reports,
)

app_name = "desk"
_HOLDS = POLICE | SUPERVISION
urlpatterns = [
    page("", home.home, name="home", roles=EVERYBODY),
    page("keys/", home.keys, name="keys", roles=EVERYBODY),
    act("next/", queue.take_next, name="next", roles=CASEWORK, body=FORM),
    act("clock/stop/", queue.stop_clock, name="stop_clock", roles=CASEWORK, body=FORM),
    page("item/<uuid:item_id>/", queue.item, name="item", roles=CASEWORK),
    page("item/<uuid:item_id>/history/", queue.history, name="history", roles=CASEWORK),
    page("item/<uuid:item_id>/text/", queue.text, name="text", roles=CASEWORK),
    page("item/<uuid:item_id>/contact/", queue.contact, name="contact", roles=CASEWORK),
    act("item/<uuid:item_id>/take/", queue.take, name="take", roles=CASEWORK, body=FORM),
    act("item/<uuid:item_id>/address/", queue.address, name="address", roles=CASEWORK, body=FORM),
    act("item/<uuid:item_id>/assess/", queue.assess, name="assess", roles=CASEWORK, body=FORM),
    act("item/<uuid:item_id>/renew/", queue.renew, name="renew", roles=CASEWORK, body=FORM),
    act("item/<uuid:item_id>/draft/", queue.draft, name="draft", roles=CASEWORK, body=FORM),
    act("item/<uuid:item_id>/release/", queue.release, name="release", roles=CASEWORK, body=FORM),
    page(
        "item/<uuid:item_id>/hand-over/",
        queue.hand_over,
        name="hand_over",
        roles=CASEWORK,
        body=FORM,
    ),
    page("item/<uuid:item_id>/skip/", queue.skip, name="skip", roles=CASEWORK, body=FORM),
    act(
        "item/<uuid:item_id>/again/",
        queue.assess_again,
        name="assess_again",
        roles=SUPERVISION,
        body=FORM,
    ),
    act(
        "item/<uuid:item_id>/removed/",
        queue.declare_removed,
        name="declare_removed",
        roles=SUPERVISION,
        body=FORM,
    ),
    act(
        "item/<uuid:item_id>/resume/",
        oversight.resume,
        name="resume",
        roles=SUPERVISION,
        body=FORM,
    ),
    page(
        "item/<uuid:item_id>/passed-on-to/",
        reports.passed_on_to,
        name="passed_on_to",
        roles=CASEWORK,
    ),
    page(
        "item/<uuid:item_id>/pass-on/", reports.pass_on, name="pass_on", roles=CASEWORK, body=FORM
    ),
    page("item/<uuid:item_id>/reach/", reports.reach, name="reach", roles=CASEWORK, body=FORM),
    page("report/<uuid:report_id>/", reports.batch, name="batch", roles=CASEWORK, body=FORM_LARGE),
    page(
        "report/<uuid:report_id>/paste/",
        reports.paste,
        name="paste",
        roles=CASEWORK,
        body=FORM_LARGE,
    ),
    page(
        "report/<uuid:report_id>/done/<uuid:batch_id>/",
        reports.batch_done,
        name="batch_done",
        roles=CASEWORK,
    ),
    act(
        "report/<uuid:report_id>/undo/<uuid:batch_id>/",
        reports.undo,
        name="undo",
        roles=CASEWORK,
        body=FORM,
    ),
    page("items/", reports.items, name="items", roles=CASEWORK, body=FORM),
    page("orphans/", reports.orphans, name="orphans", roles=CASEWORK),
    page("orphans/after/<str:after>/", reports.orphans, name="orphans_after", roles=CASEWORK),
    page("referrals/", referrals.waiting, name="referrals", roles=CASEWORK),
    page(
        "referrals/after/<str:after>/", referrals.offered, name="referrals_after", roles=CASEWORK
    ),
    page("referrals/out/", referrals.sent, name="referrals_out", roles=CASEWORK),
    page(
        "referrals/out/after/<str:after>/",
        referrals.sent,
        name="referrals_out_after",
        roles=CASEWORK,
    ),
    page("referrals/in/", referrals.taken, name="referrals_in", roles=CASEWORK),
    page(
        "referrals/in/after/<str:after>/",
        referrals.taken,
        name="referrals_in_after",
        roles=CASEWORK,
    ),
    page("referral/<uuid:referral_id>/", referrals.referral, name="referral", roles=CASEWORK),
    page(
        "referral/<uuid:referral_id>/reason/",
        referrals.reason,
        name="referral_reason",
        roles=CASEWORK,
    ),
    act(
        "referral/<uuid:referral_id>/accept/",
        referrals.accept,
        name="accept_referral",
        roles=CASEWORK,
        body=FORM,
    ),
    page(
        "referral/<uuid:referral_id>/decline/",
        referrals.decline,
        name="decline_referral",
        roles=CASEWORK,
        body=FORM,
    ),
    page("item/<uuid:item_id>/refer/", referrals.refer, name="refer", roles=CASEWORK, body=FORM),
    page(
        "item/<uuid:item_id>/not-referred/",
        referrals.not_refer,
        name="not_refer",
        roles=CASEWORK,
        body=FORM,
    ),
    page(
        "item/<uuid:item_id>/work-here/",
        referrals.work_here,
        name="work_here",
        roles=SUPERVISION,
        body=FORM,
    ),
    page(
        "item/<uuid:item_id>/worked-here-because/",
        referrals.worked_here_because,
        name="worked_here_because",
        roles=CASEWORK,
    ),
    page("contacts/", hosting.contacts, name="contacts", roles=CASEWORK),
    page("contacts/after/<uuid:after>/", hosting.contacts, name="contacts_after", roles=CASEWORK),
    page(
        "contacts/rest/<str:after>/", hosting.contacts_rest, name="contacts_rest", roles=CASEWORK
    ),
    act(
        "contacts/<uuid:item_id>/confirm/<uuid:contact_id>/",
        hosting.confirm,
        name="confirm_contact",
        roles=CASEWORK,
        body=FORM,
    ),
    act(
        "contacts/<uuid:item_id>/decline/<uuid:contact_id>/",
        hosting.decline,
        name="decline_contact",
        roles=CASEWORK,
        body=FORM,
    ),
    page(
        "contacts/<uuid:item_id>/name/",
        hosting.name,
        name="name_contact",
        roles=CASEWORK,
        body=FORM,
    ),
    page(
        "contacts/<uuid:item_id>/country/",
        hosting.country,
        name="settle_country",
        roles=CASEWORK,
        body=FORM,
    ),
    page("answers/", hosting.provider_answers, name="answers", roles=CASEWORK),
    page(
        "answers/after/<uuid:after>/",
        hosting.provider_answers,
        name="answers_after",
        roles=CASEWORK,
    ),
    page("answers/rest/<str:after>/", hosting.answers_rest, name="answers_rest", roles=CASEWORK),
    page("answers/<uuid:answer_id>/", hosting.answer_text, name="answer_text", roles=CASEWORK),
    act(
        "answers/<uuid:answer_id>/seen/", hosting.see, name="see_answer", roles=CASEWORK, body=FORM
    ),
    page("leads/", police.leads, name="leads", roles=POLICE),
    page("leads/after/<str:after>/", police.leads, name="leads_after", roles=POLICE),
    page("lead/<uuid:item_id>/", police.lead, name="lead", roles=POLICE, body=FORM),
    page("lead/<uuid:item_id>/contact/", queue.contact, name="lead_contact", roles=POLICE),
    page("lead/<uuid:item_id>/reference/", police.reference, name="lead_reference", roles=POLICE),
    page("lead/<uuid:item_id>/package/", police.package, name="package", roles=POLICE),
    page("lead/<uuid:item_id>/package.json", police.download, name="download", roles=POLICE),
    page(
        "lead/<uuid:item_id>/hold/", police.place_hold, name="place_hold", roles=POLICE, body=FORM
    ),
    page("holds/", police.holds, name="holds", roles=_HOLDS),
    page("holds/rest/<str:after>/", police.holds, name="holds_rest", roles=_HOLDS),
    page("holds/<uuid:hold_id>/reason/", police.hold_reason, name="hold_reason", roles=_HOLDS),
    act("holds/<uuid:hold_id>/lift/", police.lift_hold, name="lift_hold", roles=POLICE, body=FORM),
    page("supervise/", oversight.supervise, name="supervise", roles=SUPERVISION),
    page("trouble/", oversight.trouble, name="trouble", roles=OPERATION),
    page("trouble/rest/<str:after>/", oversight.trouble, name="trouble_rest", roles=SUPERVISION),
    act("trouble/<uuid:job_id>/retry/", oversight.retry, name="retry", roles=OPERATION, body=FORM),
    page("nodes/", alliance.nodes, name="nodes", roles=EVERYBODY),
    page("alarms/", alliance.alarms, name="alarms", roles=OPERATION),
    page(
        "alarms/<uuid:alarm_id>/settle/",
        alliance.settle,
        name="settle_alarm",
        roles=OPERATION,
        body=FORM,
    ),
    page(
        "alarms/<uuid:alarm_id>/evidence.json",
        alliance.evidence,
        name="alarm_evidence",
        roles=OPERATION,
    ),
    page("staff/", oversight.staff, name="staff", roles=OPERATION),
    page("node/", oversight.node, name="node", roles=OPERATION),
]
