# SPDX-License-Identifier: Apache-2.0
"""Countries, organisations and nodes of the Alliance."""
