# SPDX-License-Identifier: Apache-2.0
"""The `havn` command: each command parses, calls one function and prints; nothing heavy is loaded for help."""

from __future__ import annotations


def main() -> None:
    """Run the command and leave with its exit code."""
    from havn.cli.root import run

    raise SystemExit(run())
