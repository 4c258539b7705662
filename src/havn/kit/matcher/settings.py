# SPDX-License-Identifier: Apache-2.0
"""What a platform decides for each list: distance, quality floor, whether it is its own, and the brake; from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from havn.kit.matcher.faults import MatcherError

GREATEST_DISTANCE = 63
DEFAULT_DISTANCE = 31
GREATEST_QUALITY = 100
MARK, LEAVE_OUT = "mark", "leave out"
_POLICY_KEYS = {"distance", "quality_floor", "brake", "own"}
_BRAKE_KEYS = {"hits", "minutes", "braked"}


@dataclass(frozen=True, slots=True)
class Brake:
    """An entry that was found more than `hits` times in `minutes` is braked: marked in answers, or left out of them."""

    hits: int
    minutes: float
    leaves_out: bool = False


@dataclass(frozen=True, slots=True)
class ListPolicy:
    """How one list is matched, and whether callers may add to it and remove from it."""

    distance: int = DEFAULT_DISTANCE
    quality_floor: int = 0
    is_own: bool = False
    brake: Brake | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The policy of each list that is named, and that of all others."""

    others: ListPolicy = ListPolicy()
    lists: Mapping[str, ListPolicy] = field(default_factory=dict)

    def of(self, name: str) -> ListPolicy:
        """Return the policy of a list."""
        return self.lists.get(name, self.others)

    def with_own(self, names: Iterable[str]) -> Settings:
        """Return the same settings, in which these lists are the platform's own too."""
        own = {each: replace(self.of(each), is_own=True) for each in names}
        return replace(self, lists={**self.lists, **own})

    @property
    def own_lists(self) -> list[str]:
        """Return the names of the lists that callers may add to."""
        return [name for name, policy in self.lists.items() if policy.is_own]

    def require_lists(self, held: Collection[str]) -> None:
        """Raise MatcherError if a list is named that is neither in the index nor the platform's own."""
        for name, policy in self.lists.items():
            if name not in held and not policy.is_own:
                raise MatcherError(
                    f"The settings name a list {name!r}, and the index holds {_told(held)}. Correct the name, or write "
                    f"`own = true` for a list of your own that begins empty."
                )


def _told(names: Iterable[str]) -> str:
    return ", ".join(repr(each) for each in names) or "none"


def read_settings(path: Path) -> Settings:
    """Return the settings in a TOML file.

    Raises:
        MatcherError: the file cannot be read, or says something that is not known here.

    """
    try:
        text = path.read_text(encoding="utf-8")
        said = tomllib.loads(text)
    except OSError as error:
        raise MatcherError(
            f"{path}: the settings cannot be read ({error.strerror}). Look at the name and its owner."
        ) from error
    except ValueError as error:
        raise MatcherError(f"{path}: this is no TOML ({error}). Correct that place.") from error
    return settings_of(said, str(path))


def settings_of(said: Mapping[str, Any], origin: str) -> Settings:
    """Return the settings that a parsed TOML document says; `origin` names it in errors."""
    lists = said.get("lists", {})
    if not isinstance(lists, dict):
        raise MatcherError(f"{origin}: `lists` is a table of lists, as in [lists.NAME].")
    top = {key: value for key, value in said.items() if key != "lists"}
    others = _policy(top, ListPolicy(), origin)
    if others.is_own:
        raise MatcherError(f"{origin}: `own` belongs to one list, as in [lists.NAME].")
    named = {
        name: _policy(each, others, f"{origin}, [lists.{name}]") for name, each in lists.items()
    }
    return Settings(others, named)


def _policy(said: object, otherwise: ListPolicy, origin: str) -> ListPolicy:
    if not isinstance(said, dict):
        raise MatcherError(f"{origin}: a table is needed, as in [lists.NAME].")
    _require_known(said, _POLICY_KEYS, origin)
    is_own = said.get("own", False)
    if not isinstance(is_own, bool):
        raise MatcherError(f"{origin}: `own` is true or false.")
    return ListPolicy(
        distance=_whole(
            said, "distance", otherwise.distance, least=0, most=GREATEST_DISTANCE, origin=origin
        ),
        quality_floor=_whole(
            said,
            "quality_floor",
            otherwise.quality_floor,
            least=0,
            most=GREATEST_QUALITY,
            origin=origin,
        ),
        is_own=is_own,
        brake=_brake(said["brake"], origin) if "brake" in said else otherwise.brake,
    )


def _brake(said: object, origin: str) -> Brake | None:
    if said is False:
        return None  # a list without the brake that all others have
    if not isinstance(said, dict):
        raise MatcherError(f"{origin}: `brake` is a table with `hits` and `minutes`, or false.")
    _require_known(said, _BRAKE_KEYS, f"{origin}, brake")
    braked = said.get("braked", MARK)
    if braked not in {MARK, LEAVE_OUT}:
        raise MatcherError(f'{origin}: `braked` is "{MARK}" or "{LEAVE_OUT}".')
    for key in ("hits", "minutes"):
        if key not in said:
            raise MatcherError(f"{origin}: the brake needs `{key}`.")
    return Brake(
        hits=_whole(said, "hits", 0, least=1, most=10**9, origin=origin),
        minutes=_whole(said, "minutes", 0, least=1, most=60 * 24 * 31, origin=origin),
        leaves_out=braked == LEAVE_OUT,
    )


def _require_known(said: Mapping[str, Any], known: set[str], origin: str) -> None:
    unknown = sorted(set(said) - known)
    if unknown:
        raise MatcherError(
            f"{origin}: `{unknown[0]}` is no setting; there are {', '.join(sorted(known))}."
        )


def _whole(
    said: Mapping[str, Any], key: str, otherwise: int, *, least: int, most: int, origin: str
) -> int:
    value = said.get(key, otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        if key not in said:
            return otherwise
        raise MatcherError(f"{origin}: `{key}` is a whole number from {least} to {most}.")
    return value
