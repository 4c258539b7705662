# SPDX-License-Identifier: Apache-2.0
"""What holds for the whole tree; each check takes its inputs, so that a broken example is tried too."""
