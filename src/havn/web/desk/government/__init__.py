# SPDX-License-Identifier: Apache-2.0
"""The desk of a government: promises, law and the national report of its country."""
