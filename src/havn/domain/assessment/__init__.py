# SPDX-License-Identifier: Apache-2.0
"""The analysts' queue and the assessments they make."""
