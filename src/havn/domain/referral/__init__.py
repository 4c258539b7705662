# SPDX-License-Identifier: Apache-2.0
"""Items that one node refers to another, and what comes back."""
