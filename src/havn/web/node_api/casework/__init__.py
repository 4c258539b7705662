# SPDX-License-Identifier: Apache-2.0
"""What other nodes ask a node that works on cases, and never the hub."""
