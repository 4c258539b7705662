# SPDX-License-Identifier: Apache-2.0
"""In which folders tests of a mark lie: script/test looks for them there in every run, and nowhere else."""

FOLDERS = {"browser": ("tests/journeys",), "faults": ("tests/faults", "tests/lab")}


def is_looked_for(mark: str, path: str) -> bool:
    """Whether a test of this mark in this file, as named from the root, is found by script/test."""
    return path.startswith(tuple(f"{folder}/" for folder in FOLDERS[mark]))
