# SPDX-License-Identifier: Apache-2.0
"""What countries promised under the four targets, how far each promise is, and what politics did about it."""
