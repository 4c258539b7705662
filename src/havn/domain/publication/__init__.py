# SPDX-License-Identifier: Apache-2.0
"""What a hub takes of national reports, and what of it is published: whole, signed, and never edited."""
