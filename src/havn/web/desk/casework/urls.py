# SPDX-License-Identifier: Apache-2.0
"""URLs of a node's desk under /desk/{lang}/; each names the roles that may open it."""

from __future__ import annotations

from havn.web.desk.access import EVERYBODY, page
from havn.web.desk.casework.views import home

app_name = "desk"
urlpatterns = [
    page("", home.home, name="home", roles=EVERYBODY),
    page("keys/", home.keys, name="keys", roles=EVERYBODY),
]
