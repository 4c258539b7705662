# SPDX-License-Identifier: Apache-2.0
"""Where an item is hosted and whom to notify."""
