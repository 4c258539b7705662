# SPDX-License-Identifier: Apache-2.0
"""The life of an item on one screen, and the list of background work."""
