# SPDX-License-Identifier: Apache-2.0
"""The life of an item (`casework`), and what a hub does (`hub`)."""
