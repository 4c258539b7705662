# SPDX-License-Identifier: Apache-2.0
"""The node's own log, the mirrors of others, what arrives from them, and alarms about what does not fit."""
