# SPDX-License-Identifier: Apache-2.0
"""Work to be done later: rows claimed with a lease."""
