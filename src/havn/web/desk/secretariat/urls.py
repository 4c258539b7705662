# SPDX-License-Identifier: Apache-2.0
"""URLs of the secretariat's desk; each names the roles that may open it, and none takes a country's text."""

from __future__ import annotations

from django.urls import register_converter

from havn.domain.actor import Role
from havn.lib.http import FORM
from havn.web.desk.access import SECRETARIAT, act, page
from havn.web.desk.secretariat import alarms, board, keys


class Year:
    """A year of four digits."""

    regex = "[12][0-9]{3}"

    def to_python(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it stands."""
        return value


register_converter(Year, "year")

WATCH = SECRETARIAT | {Role.OPERATOR}
OPERATOR = frozenset({Role.OPERATOR})
home_urls = [page("", board.home, name="home", roles=WATCH)]
app_name = "secretariat"
urlpatterns = [
    page("year/<year:year>/", board.year, name="year", roles=SECRETARIAT),
    page("ask/", board.ask_year, name="ask_year", roles=SECRETARIAT, body=FORM),
    page(
        "year/<year:year>/publish/",
        board.publish_year,
        name="publish_year",
        roles=SECRETARIAT,
        body=FORM,
    ),
    page("year/<year:year>/<str:member>/", board.member, name="member", roles=SECRETARIAT),
    page(
        "year/<year:year>/<str:member>/ask/",
        board.ask_member,
        name="ask_member",
        roles=SECRETARIAT,
        body=FORM,
    ),
    act(
        "report/<uuid:report_id>/publish/",
        board.publish_report,
        name="publish_report",
        roles=SECRETARIAT,
        body=FORM,
    ),
    page(
        "report/<uuid:report_id>/withdraw/",
        board.withdraw_report,
        name="withdraw_report",
        roles=SECRETARIAT,
        body=FORM,
    ),
    page(
        "half-year/<uuid:update>/withdraw/",
        board.withdraw_half_year,
        name="withdraw_half_year",
        roles=SECRETARIAT,
        body=FORM,
    ),
    page("refused/", board.refused, name="refused", roles=WATCH),
    page("office-keys/", keys.keys, name="office_keys", roles=SECRETARIAT),
    page("office-keys/add/", keys.add, name="add_office_key", roles=SECRETARIAT, body=FORM),
    page(
        "office-keys/<str:key>/end/",
        keys.end,
        name="end_office_key",
        roles=SECRETARIAT,
        body=FORM,
    ),
    page("alarms/", alarms.alarms, name="alarms", roles=OPERATOR),
    act("jobs/<uuid:job_id>/retry/", alarms.retry, name="retry", roles=OPERATOR, body=FORM),
    page(
        "alarms/<uuid:alarm_id>/settle/",
        alarms.settle,
        name="settle_alarm",
        roles=OPERATOR,
        body=FORM,
    ),
]
