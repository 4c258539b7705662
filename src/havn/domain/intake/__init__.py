# SPDX-License-Identifier: Apache-2.0
"""From a sealed submission to a filed report, and what its reporter may see."""
