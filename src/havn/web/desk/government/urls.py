# SPDX-License-Identifier: Apache-2.0
"""URLs of the government's desk under /desk/{lang}/government/; each names the roles that may open it."""

from __future__ import annotations

from havn.web.desk.government import report_urls

app_name = "government"
urlpatterns = [
    *report_urls.urlpatterns,
]
