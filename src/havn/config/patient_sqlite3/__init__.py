# SPDX-License-Identifier: Apache-2.0
"""Django's SQLite, where whoever begins to write waits for the others evenly and not ever longer."""
