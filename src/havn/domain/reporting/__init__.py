# SPDX-License-Identifier: Apache-2.0
"""Figures of closed periods, frozen and published."""
