# SPDX-License-Identifier: Apache-2.0
"""An environment of its own with Havn's base and Ray, made once, and a cluster of two nodes on this machine."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REQUIREMENTS = ROOT / "requirements" / "ray.txt"
PLACE = ROOT / ".venv" / "ray"
SECONDS = 900
HOW_TO_GET = "It needs a way to a registry, and a gigabyte of disk."
CLUSTER = """
import sys
from ray.cluster_utils import Cluster
cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(cluster.address, flush=True)
sys.stdin.readline()
cluster.shutdown()
"""


def ray_python() -> tuple[Path, str]:
    """Return the Python of the environment, and why it could not be made, or nothing."""
    python = PLACE / "bin" / "python"
    stamp = PLACE / "havn-stamp"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == digest:
        return python, ""
    install = [
        "-m",
        "pip",
        "install",
        "-q",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "-r",
        str(REQUIREMENTS),
    ]
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(PLACE)],
        [str(python), *install],
    ):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=SECONDS
            )
        except subprocess.TimeoutExpired:
            return python, f"Ray was not installed in {SECONDS} seconds. {HOW_TO_GET}"
        if done.returncode != 0:
            return (
                python,
                f"Ray could not be installed ({done.stderr.strip()[-200:]}). {HOW_TO_GET}",
            )
    stamp.write_text(digest)
    return python, ""


def ray_environment(cache: Path) -> dict[str, str]:
    """Return the environment in which the cluster and the command run, with a cache of their own."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("HAVN_")}
    return {
        **kept,
        "PYTHONPATH": str(ROOT / "src"),
        "HAVN_CACHE": str(cache),
        "RAY_USAGE_STATS_ENABLED": "0",
    }


@contextmanager
def two_nodes(python: Path, environment: dict[str, str]) -> Iterator[str]:
    """Run a cluster of two nodes; yields its address."""
    with subprocess.Popen(
        [str(python), "-c", CLUSTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as cluster:
        assert cluster.stdin is not None
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        assert address, "the cluster did not start"
        try:
            yield address
        finally:
            cluster.stdin.close()
            cluster.wait(timeout=120)
