# SPDX-License-Identifier: Apache-2.0
"""An environment that holds what `pip install havn` without extras would bring, made without a network."""

from __future__ import annotations

import subprocess
import tomllib
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent.parent


def base_distributions() -> list[Distribution]:
    """Return the distributions of the base dependencies and all that they need, as they are installed here."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    waiting = [Requirement(each) for each in declared["project"]["dependencies"]]
    found: dict[str, Distribution] = {}
    while waiting:
        wanted = waiting.pop()
        key = f"{wanted.name.lower()}{sorted(wanted.extras)}"
        if key in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        try:
            found[key] = distribution(wanted.name)
        except PackageNotFoundError:
            pytest.fail(f"{wanted} of the base install is not installed here; run script/setup")
        for text in found[key].requires or ():
            needed = Requirement(text)
            extras = [*wanted.extras, ""]
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": each}) for each in extras
            ):
                waiting.append(Requirement(text.partition(";")[0]))
    return list(found.values())


def _tops(dist: Distribution) -> Iterator[Path]:
    """Yield what a distribution put into the folder of packages."""
    names = {file.parts[0] for file in dist.files or ()}
    for name in sorted(names - {"..", "__pycache__"}):
        yield Path(str(dist.locate_file(name)))


def clean_install(folder: Path) -> Path:
    """Make the environment and return its folder of programs, with `python3` and `havn`."""
    venv.create(folder, with_pip=False, symlinks=True)
    programs = folder / "bin"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run(
        [programs / "python3", "-c", asked], capture_output=True, text=True, check=True
    )
    packages = Path(told.stdout.strip())
    for dist in base_distributions():
        for each in _tops(dist):
            if not (packages / each.name).exists():
                (packages / each.name).symlink_to(each)
    (packages / "havn").symlink_to(ROOT / "src" / "havn")
    command = programs / "havn"
    command.write_text(f"#!{programs / 'python3'}\nfrom havn.cli import main\nmain()\n")
    command.chmod(0o755)
    return programs
