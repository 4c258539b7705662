# SPDX-License-Identifier: Apache-2.0
"""Reading what is published, the proofs of it, and where members stand with their reports."""
