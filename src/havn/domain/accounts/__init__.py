# SPDX-License-Identifier: Apache-2.0
"""People who work at the node and the roles they hold."""
