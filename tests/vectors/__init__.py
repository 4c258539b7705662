# SPDX-License-Identifier: Apache-2.0
"""Vectors of attacks, and what makes them."""
