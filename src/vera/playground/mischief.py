"""What the worker process is told to get wrong: a file per fault, in a folder that it shares with the playground.

A file is what a process can be told by while it works, and taking one away is atomic: what strikes once strikes in one
process alone. Held by `test_playground_mischief.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["VARIABLE", "Mischief", "Model"]

VARIABLE = "PLAYGROUND_MISCHIEF"
"""Where the worker's environment names the folder."""

Model = Literal["works", "breaks", "down"]
"""What the model does: its next answer breaks off halfway, once; or no request is answered until told otherwise."""


class Mischief:
    """The faults in one folder. Where the folder is gone, nothing goes wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._breaks, self._down = folder / "model-breaks", folder / "model-is-down"

    @property
    def state(self) -> Model:
        """Return what the model's next request would meet."""
        if self._down.exists():
            return "down"
        return "breaks" if self._breaks.exists() else "works"

    def set(self, model: Model) -> None:
        """Let the model do this from its next request on."""
        for file, wanted in ((self._breaks, "breaks"), (self._down, "down")):
            if model == wanted:
                file.touch()
            else:
                file.unlink(missing_ok=True)

    def next(self) -> Literal["", "breaks", "down"]:
        """Return what is to go wrong with a request to the model, and use it up where it strikes once."""
        if self._down.exists():
            return "down"
        try:
            self._breaks.unlink()
        except FileNotFoundError:
            return ""
        return "breaks"
