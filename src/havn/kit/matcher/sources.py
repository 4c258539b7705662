# SPDX-License-Identifier: Apache-2.0
"""What is served: an index file, or a list that is indexed on its first use; and what an entry is called there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from havn.kit.known import ListError, open_index_file, open_known
from havn.kit.matcher.faults import MatcherError


@dataclass(frozen=True, slots=True)
class Source:
    """The index that is searched, and the file that the operator named: the same one, or a list."""

    index: Path
    named: Path

    @property
    def is_list(self) -> bool:
        """Say whether the operator named a list."""
        return self.index != self.named

    def found_again(self) -> Source:
        """Return the source as it is now: a list may have another index since it was named.

        Raises:
            MatcherError, IndexFileError: it cannot be used any more.

        """
        return source_of(self.named) if self.is_list and not self.index.exists() else self


def source_of(path: Path, *, say: Callable[[str], None] | None = None) -> Source:
    """Return the index of a file; a list is indexed on its first use, which `say` is told.

    Raises:
        MatcherError, IndexFileError: it is neither a list nor an index that can be searched.

    """
    named = path.absolute()
    try:
        return Source(open_known(named, say=say).path, named)
    except ListError as error:
        raise MatcherError(str(error)) from error
    except OSError as error:
        raise MatcherError(
            f"{path} cannot be opened or indexed ({error.strerror or error})."
        ) from error


def name_in(index: Path, identifier: int) -> str:
    """Return what its list calls an entry; the identifier in digits where nothing beside the index names it.

    Raises:
        MatcherError, IndexFileError: what lies beside the index cannot be read.

    """
    try:
        return open_index_file(index, verify=False).name_of(identifier)
    except ListError as error:
        raise MatcherError(str(error)) from error
