# SPDX-License-Identifier: Apache-2.0
"""Django's settings with the apps of both roles: what types are checked with, since a node and a hub share a tree."""

from havn.config.settings import *  # noqa: F403
from havn.config.settings import HUB_APPS, NODE_APPS, SHARED_APPS

INSTALLED_APPS = list(dict.fromkeys([*SHARED_APPS, *NODE_APPS, *HUB_APPS]))
