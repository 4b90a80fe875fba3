"""What a running process is told to suffer: a small file of its own, which the driver writes and it reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Order:
    """End at the `passing`-th passing of `point`; end at a turn that says `poison`; read the clock `clock_seconds` off.

    `number` tells one order from the next, so that passings are counted from the moment of the order.
    """

    number: int = 0
    point: str = ""
    passing: int = 1
    poison: str = ""
    clock_seconds: float = 0.0


NO_ORDER = Order()


@dataclass(frozen=True, slots=True)
class OrderFile:
    """One process's orders, and a mark beside them that the process makes when it obeys; once is enough."""

    path: Path

    def read(self) -> Order:
        try:
            return Order(**json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return NO_ORDER

    def write(self, order: Order) -> None:
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(order)), encoding="utf-8")
        draft.replace(self.path)

    def clear(self) -> None:
        self.path.unlink(missing_ok=True)
        self._mark.unlink(missing_ok=True)

    def note_obeyed(self) -> None:
        self._mark.touch()

    @property
    def is_obeyed(self) -> bool:
        return self._mark.exists()

    @property
    def _mark(self) -> Path:
        return self.path.with_suffix(".obeyed")
