# SPDX-License-Identifier: Apache-2.0
"""The tests; run them with script/test."""
