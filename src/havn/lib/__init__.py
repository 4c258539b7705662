# SPDX-License-Identifier: Apache-2.0
"""Libraries that know no framework; each is used through its own front door only."""
