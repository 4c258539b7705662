# SPDX-License-Identifier: Apache-2.0
"""What police receive and what they answer."""
