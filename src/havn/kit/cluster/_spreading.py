# SPDX-License-Identifier: Apache-2.0
"""The work itself on Ray Data: names of files in, rows out, in the order of the names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from types import ModuleType
from typing import Any, Self

from havn.kit.cluster._carrying import Carried, carry, place
from havn.kit.scanning import Item, Looker, LookRules, Row
from havn.lib.fingerprint import Limits, Readers

AT_ONCE = 50_000  # names that are given to the cluster together
BATCH = 32  # files that a worker of Ray takes together
LOCAL = "local"
HERE = 'pip install "havn[ray]"'


class ClusterError(Exception):
    """The cluster cannot be reached or failed; the text is a sentence that says why and what to do."""


def is_address(name: str) -> bool:
    """Say whether a name is that of an object store (scheme://place), which Ray's own readers read."""
    scheme, found, _ = name.partition("://")
    return bool(found) and scheme.isascii() and scheme.replace("+", "").isalnum()


@dataclass(frozen=True)
class _Task:
    """What every worker of Ray is told once."""

    lists: tuple[Carried, ...]
    rules: LookRules
    limits: Limits
    exact: bool
    digests: bool


class Spread:
    """A scan on a Ray cluster, at an address as Ray takes it: `auto`, `host:port`, `ray://host:port`, or `local`.

    `local` starts a cluster of this machine's cores for the time of the scan.
    """

    def __init__(
        self, address: str, looker: Looker, *, limits: Limits, exact: bool, processes: int | None
    ) -> None:
        """Connect, and put the lists where every node finds them.

        Raises:
            ClusterError: Ray is not installed, or nothing answers at the address.

        """
        self._ray = _ray()
        self._processes = processes
        self.remembered = 0
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its makers
        try:
            self._ray.init(
                None if address == LOCAL else address,
                ignore_reinit_error=True, include_dashboard=False, log_to_driver=False,
                **({"num_cpus": processes} if address == LOCAL and processes else {}),
            )  # fmt: skip
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise ClusterError(
                f"No Ray cluster answers at {address} ({_first_line(error)}). Start one with `ray start --head`, or say"
                " `--ray local` for this machine alone."
            ) from error
        lists = tuple(carry(each, put=self._ray.put) for each in looker.known)
        self._task = self._ray.put(_Task(lists, looker.rules, limits, exact, looker.has_digests))

    def close(self) -> None:
        """Let go of the cluster; one that was started for this scan ends."""
        self._ray.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def rows(self, items: Iterable[Item]) -> Iterator[Row]:
        """Yield a row for every item, in their order; files are opened by the workers, at the same paths.

        Raises:
            ClusterError: the cluster failed.

        """
        left = iter(items)
        while some := list(islice(left, AT_ONCE)):
            given = [
                {"path": os.fsencode(each.path), "problem": (each.problem or "").encode()}
                for each in some
            ]
            yield from self._told(self._ray.data.from_items(given))

    def rows_at(self, addresses: Iterable[str]) -> Iterator[Row]:
        """Yield a row for every file in object stores, read by Ray's own readers, in the order of their addresses.

        Raises:
            ClusterError: the cluster failed, or the store did.

        """
        for address in addresses:
            try:
                found = self._ray.data.read_binary_files(address, include_paths=True)
            except Exception as error:  # whatever the store's own library raises
                raise _failed(error) from error
            yield from sorted(self._told(found), key=lambda row: row.path)

    def _told(self, files: Any) -> Iterator[Row]:
        files.context.execution_options.preserve_order = True
        actors = self._processes or max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        try:
            told = files.map_batches(
                LookUp, fn_constructor_args=(self._task,), batch_size=BATCH, batch_format="numpy",
                compute=self._ray.data.ActorPoolStrategy(min_size=1, max_size=actors), num_cpus=1,
            )  # fmt: skip
            for each in told.iter_rows():
                row = json.loads(each["row"])
                yield Row(path=os.fsdecode(bytes.fromhex(row.pop("path"))), **row)
        except self._ray.exceptions.RayError as error:
            raise _failed(error) from error


class LookUp:
    """What runs on a worker of Ray: opens the lists that lie on its node, and reads and looks up what it is given."""

    def __init__(self, task: Any) -> None:
        """Take the task from where the driver put it."""
        ray = _ray()
        told: _Task = ray.get(task)
        self._readers = Readers(
            1,
            limits=told.limits,
            exact=told.exact,
            variants=told.rules.rotations,
            digests=told.digests,
        )
        self._looker = Looker([place(each, get=ray.get) for each in told.lists], told.rules)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Return a row of JSON for each file of the batch, in its order."""
        rows = list(self._of_content(batch) if "bytes" in batch else self._of_paths(batch))
        return {"row": [_packed(each) for each in rows]}

    def _of_content(self, batch: dict[str, Any]) -> Iterator[Row]:
        for path, content in zip(batch["path"], batch["bytes"], strict=True):
            yield self._looker.row(str(path), self._readers.read_bytes(bytes(content)))

    def _of_paths(self, batch: dict[str, Any]) -> Iterator[Row]:
        for raw, problem in zip(batch["path"], batch["problem"], strict=True):
            path = os.fsdecode(bytes(raw))
            if problem:
                yield self._looker.unmatched(path, "unreadable", why=bytes(problem).decode())
                continue
            for _, reading in self._readers.read([path]):
                yield self._looker.row(path, reading)


def _packed(row: Row) -> str:
    return json.dumps({**asdict(row), "path": os.fsencode(row.path).hex()})


def _ray() -> ModuleType:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ClusterError(f"Ray is not installed here. Install it with {HERE}.") from error
    module: ModuleType = ray
    return module


def _failed(error: Exception) -> ClusterError:
    return ClusterError(
        f"The cluster could not do the work ({_first_line(error)}). Look at its logs, and whether Havn is installed on"
        " every node; then scan again."
    )


def _first_line(error: Exception) -> str:
    return next(
        (each.strip() for each in str(error).splitlines() if each.strip()), type(error).__name__
    )
