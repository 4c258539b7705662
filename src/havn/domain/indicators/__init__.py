# SPDX-License-Identifier: Apache-2.0
"""Definitions of indicators and their computation over facts."""
