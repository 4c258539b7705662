# SPDX-License-Identifier: Apache-2.0
"""The desk of a node: queue, items, notices, police, supervision."""
