# SPDX-License-Identifier: Apache-2.0
"""What runs on an office's, a platform's or an analyst's own machine: no Django, no database, no domain."""
