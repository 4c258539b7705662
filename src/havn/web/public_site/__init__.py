# SPDX-License-Identifier: Apache-2.0
"""The public site: report, receipt, status, provider answers, results; no cookie, no session, no trace."""
