# SPDX-License-Identifier: Apache-2.0
"""Signing in at any desk: password, then a code; shared by node and hub."""
