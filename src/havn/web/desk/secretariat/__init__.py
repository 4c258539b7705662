# SPDX-License-Identifier: Apache-2.0
"""The secretariat's desk at a hub: the board of reports, questions, office keys. No page edits a country's text."""
