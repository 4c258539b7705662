# SPDX-License-Identifier: Apache-2.0
"""The Alliance's public site, as the hub shows it."""
