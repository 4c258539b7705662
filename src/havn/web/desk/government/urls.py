# SPDX-License-Identifier: Apache-2.0
"""URLs of the government's desk under /desk/{lang}/government/; each names the roles that may open it."""

from __future__ import annotations

from havn.web.desk.government import commitments_urls, law_urls, report_urls

app_name = "government"
urlpatterns = [
    *commitments_urls.urlpatterns,
    *law_urls.urlpatterns,
    *report_urls.urlpatterns,
]
