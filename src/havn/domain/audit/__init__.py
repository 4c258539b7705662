# SPDX-License-Identifier: Apache-2.0
"""Who did what to which record: the append-only, sealed audit chain."""
