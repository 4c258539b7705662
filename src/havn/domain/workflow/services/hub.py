# SPDX-License-Identifier: Apache-2.0
"""What a hub does with what arrives; nothing arrives before nodes are joined."""
