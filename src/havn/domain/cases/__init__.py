# SPDX-License-Identifier: Apache-2.0
"""The record: reports, content items, their stage, tracks and police holds."""
