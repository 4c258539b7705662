# SPDX-License-Identifier: Apache-2.0
"""What other nodes of the alliance ask this one: signed requests, signed replies (docs/protocol/requests.md)."""
