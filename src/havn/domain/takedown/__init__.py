# SPDX-License-Identifier: Apache-2.0
"""Notices to providers, their answers, and re-checks until gone."""
