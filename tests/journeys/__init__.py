# SPDX-License-Identifier: Apache-2.0
"""Journeys of people through a node of real processes, in a real browser."""
