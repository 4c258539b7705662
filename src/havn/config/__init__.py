# SPDX-License-Identifier: Apache-2.0
"""Settings by role and audience, URL maps, WSGI, and the choice of implementations."""
