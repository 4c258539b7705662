# SPDX-License-Identifier: Apache-2.0
"""The public site's addresses; none of them carries a receipt or an answer of a reporter."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from havn.web.frame.bodies import shows
from havn.web.frame.language import language_urls
from havn.web.public_site import national_reports, office, provider, report, results, site

app_name = "public"
_PERIOD = r"(?P<period>[12][0-9]{3}-Q[1-4])"
_YEAR = r"(?P<year>[12][0-9]{3})"
_VERSION = r"(?P<version>[1-9][0-9]{0,2}\.[0-9]{1,3})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", shows(site.languages), name="languages"),
    *language_urls(
        [
            path("", shows(site.front), name="front"),
            path("report", report.report, name="report"),
            path("receipt", report.receipt, name="receipt"),
            path("status", report.status, name="status"),
            path("help", shows(site.help_now), name="help"),
            path("leave", shows(site.leave), name="leave"),
            path("privacy", shows(site.privacy), name="privacy"),
            path("accessibility", shows(site.accessibility), name="accessibility"),
            path("participants", shows(site.participants), name="participants"),
            path("results", shows(results.results), name="results"),
            re_path(rf"^results/{_PERIOD}\.csv$", shows(results.table_file), name="table_file"),
            re_path(rf"^results/{_PERIOD}$", shows(results.quarter), name="quarter"),
            re_path(
                rf"^results/report/{_YEAR}$", shows(national_reports.newest), name="report_newest"
            ),
            re_path(
                rf"^results/report/{_YEAR}/{_VERSION}\.json$",
                shows(national_reports.report_file),
                name="report_file",
            ),
            re_path(
                rf"^results/report/{_YEAR}/{_VERSION}\.pdf$",
                shows(national_reports.report_pdf),
                name="public_report_pdf",
            ),
            re_path(
                rf"^results/report/{_YEAR}/{_VERSION}$",
                shows(national_reports.report),
                name="report_version",
            ),
            path("answer/<str:token>", provider.answer, name="answer"),
            path("office/<str:token>", office.answer, name="office"),
        ]
    ),
]
