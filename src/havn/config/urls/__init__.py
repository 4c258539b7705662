# SPDX-License-Identifier: Apache-2.0
"""One URL map per audience; `all` is their union, `hub` is the hub's."""
