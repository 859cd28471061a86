"""How one thread ends what another one waits for: a model that thinks in silence, when nobody wants its answer.

`tests/unit/assistant/test_interruption.py` sets it before, while and after somebody waits.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Interruption"]


class Interruption:
    """Not set at first; once it is, it stays so, and what was to be called is called."""

    def __init__(self) -> None:
        """Begin unset."""
        self._lock = Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._is_set = False

    @property
    def is_set(self) -> bool:
        """Whether it was set."""
        return self._is_set

    def set(self) -> None:
        """Set it, and call what is to be called from this thread. Setting it again does nothing."""
        with self._lock:
            self._is_set, callbacks, self._callbacks = True, self._callbacks, []
        for callback in callbacks:
            callback()

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Have `callback` called once if it is set while the block runs, or was before. It must not raise, nor wait."""
        with self._lock:
            late = self._is_set
            if not late:
                self._callbacks.append(callback)
        if late:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
