# SPDX-License-Identifier: Apache-2.0
"""The desk of a country's government: promises, law and the national report."""
