# SPDX-License-Identifier: Apache-2.0
"""Facts that indicators count and events that leave the node."""
