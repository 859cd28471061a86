"""A few deployments for all of these tests: one as it is, and those whose worker's time the test puts forward.

A test that leaves something behind, as one that fails does, takes its deployment with it: the next one gets a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from fakes.deployment import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Lot:
    """A place for one deployment, made when it is first wanted."""

    def __init__(self, paths: pytest.TempPathFactory, **options: Any) -> None:
        self._paths, self._options = paths, options
        self._standing: Deployment | None = None

    def lend(self) -> Iterator[Deployment]:
        deployed = self._standing = self._standing or Deployment(self._paths.mktemp("vera"), **self._options)
        yield deployed
        if deployed.is_at_rest:
            deployed.rest()
        else:
            self.clear()

    def clear(self) -> None:
        if self._standing:
            self._standing.close()
        self._standing = None


@pytest.fixture(scope="session")
def _lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Lot]:
    lot = _Lot(tmp_path_factory, lambda_retry_delays_seconds=(0.0, 0.0))
    yield lot
    lot.clear()


STREAMINGS = ("edit", "native", "auto")


@pytest.fixture(scope="session")
def _shifted_lots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, _Lot]]:
    searching = {"VERA_KNOWLEDGE_BASE_IDS": "KB00000001"}
    lots = {
        streaming: _Lot(tmp_path_factory, shifted=True, environment=searching | {"VERA_STREAMING": streaming})
        for streaming in STREAMINGS
    }
    yield lots
    for lot in lots.values():
        lot.clear()


@pytest.fixture
def vera(_lot: _Lot) -> Iterator[Deployment]:
    """Vera as she is."""
    yield from _lot.lend()


@pytest.fixture
def shifted(_shifted_lots: dict[str, _Lot]) -> Iterator[Deployment]:
    """Vera on a clock that is put forward: a nap costs no time, and `retry()` brings Lambda's next attempt."""
    yield from _shifted_lots["edit"].lend()


@pytest.fixture
def native(_shifted_lots: dict[str, _Lot]) -> Iterator[Deployment]:
    """Vera on such a clock, who shows her answers as Slack's own streams."""
    yield from _shifted_lots["native"].lend()


@pytest.fixture
def auto(_shifted_lots: dict[str, _Lot]) -> Iterator[Deployment]:
    """Vera on such a clock, who shows each answer as the budget bears it."""
    yield from _shifted_lots["auto"].lend()


@pytest.fixture(params=["edit", "native"])
def either(request: pytest.FixtureRequest, _shifted_lots: dict[str, _Lot]) -> Iterator[Deployment]:
    """Vera on such a clock, by edits and by streams; `streaming` says which."""
    yield from _shifted_lots[request.param].lend()
