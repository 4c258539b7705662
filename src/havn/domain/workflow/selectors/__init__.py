# SPDX-License-Identifier: Apache-2.0
"""Reads that join several stages."""
