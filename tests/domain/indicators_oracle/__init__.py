# SPDX-License-Identifier: Apache-2.0
"""A second computation of all indicators, in SQL and from the handbook's words, that shares no code with the first."""
