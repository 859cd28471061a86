"""The playground's inspector alone in a tab, on a journal that the test writes.

In a test::

    page.opens(entries)               # as after a reload: the journal holds them
    page.tell(entries)                # as they come, one after the other

Served as the playground serves it, behind its own guard and policy. What the page asks of its store is in `page.asked`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from fakes.slack_page import WITNESS
from vera.playground.page.guard import Guard
from vera.playground.page.static import page_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Browser, Locator
    from starlette.requests import Request

__all__ = ["CALM", "InspectorPage", "application"]

CALM = {
    "latency_ms": 0,
    "rate_limits": True,
    "stopped": False,
    "model": "works",
    "burst_left": 0,
    "busy": 0,
    "retries": [],
}
"""Switches that are as they are in the beginning."""

_TOKEN = "inspector"
_EMPTY = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Inspector</title>
<link rel="icon" href="page/icon.svg"><link rel="stylesheet" href="page/style.css">
<div class="app" data-shown="inspector" data-inspector="true"><main><h1 class="sr-only">Playground</h1></main>
<div class="desk"><div class="panes"><div class="pane drawer" id="drawer"></div></div></div></div></html>"""

_PREPARE = """async ([switches]) => {
  const [{ html, render }, { Inspector }, { reduce, begin }, { questionOf }, { goesOver, taken }] = await Promise.all([
    import("./page/vendor/htm-preact.js"), import("./page/inspector.js"), import("./page/inspector/turn-view.js"),
    import("./page/inspector/model-events.js"), import("./page/inspector/feed.js"),
  ]);
  const heard = { note: new Set(), hello: new Set() };
  const on = (name) => (watcher) => { heard[name].add(watcher); return () => heard[name].delete(watcher); };
  const journal = [];
  const asked = [];
  const store = {
    state: { switches, connection: "open" },
    onNote: on("note"),
    onHello: on("hello"),
    async api(method, path) {
      asked.push(`${method} ${path}`);
      if (page.silent) throw new Error("The playground does not answer.");
      const turn = new URLSearchParams(path.split("?")[1]).get("turn") ?? journal.at(-1)?.turn ?? "";
      return { turn, entries: journal.filter((entry) => entry.turn === turn) };
    },
    async changeSwitches(fields) {
      asked.push(`switches ${JSON.stringify(fields)}`);
      if ("model" in fields && fields.model === "down") throw new Error("Not now.");
      page.switch(fields);
    },
    async strike(kind) { asked.push(`strike ${kind}`); return { struck: 1 }; },
    inspect(turn) { page.turn = turn; page.draw(); },
    openMessage(channel, ts) { asked.push(`open ${channel} ${ts}`); },
  };
  const props = () => ({ store, turn: page.turn, ...store.state, onClose: () => asked.push("close") });
  const page = window.page = {
    turn: "", silent: false, asked, reduce, begin, questionOf, goesOver, taken,
    draw: () => render(html`<${Inspector} ...${props()} />`, document.getElementById("drawer")),
    keep: (entries) => journal.push(...entries),
    tell(entries) {
      page.keep(entries);
      for (const entry of entries) for (const watcher of heard.note) watcher(entry);
    },
    hello: () => heard.hello.forEach((watcher) => watcher({})),
    switch(fields) {
      store.state = { ...store.state, switches: { ...store.state.switches, ...fields } };
      page.draw();
    },
    connect(connection) {
      store.state = { ...store.state, connection };
      page.draw();
    },
    shown: (view) => ({
      outcome: view.outcome, error: view.error, asked: view.asked, figures: view.figures, record: view.record,
      total: view.endedAt === null ? null : view.endedAt - view.zero,
      runs: view.runs.map(({ process, attempt, claimed, state, silence, rows }) => ({
        process, attempt, claimed, state, silence,
        rows: rows.map(({ kind, name, detail, from, to, tone, cut }) =>
          ({ kind, name, detail, tone, cut, from: from - view.zero, to: to === null ? null : to - view.zero })),
      })),
      calls: view.calls.map(({ method, what, verdict }) => [method, what, verdict]),
      requests: view.requests.map(({ model, text, outcome, cut }) => ({ model, text, outcome, cut })),
      edits: view.edits.map(({ made, run }) => [made, run]),
      ledger: view.ledger.map(({ operation, what, tone }) => [operation, what, tone]),
    }),
  };
}"""

Entry = dict[str, Any]


def application() -> Guard:
    """Return what serves the page's own files and, in place of the page, an empty one. It is at `/inspector/`."""
    return Guard(Starlette(routes=[Route("/", _empty), Route("/page/{path:path}", page_file)]), token=_TOKEN)


def _empty(request: Request) -> HTMLResponse:
    return HTMLResponse(_EMPTY)


class InspectorPage:
    """One tab. `options` are those of a Playwright context."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        self._context = browser.new_context(**({"viewport": {"width": 760, "height": 900}} | options))
        self._context.add_init_script(WITNESS)
        self.page = self._context.new_page()
        self._heard: list[str] = []
        self.page.on("console", lambda message: self._heard.append(message.text))
        self.page.on("pageerror", lambda error: self._heard.append(str(error)))
        self.page.goto(f"{url}/{_TOKEN}/")
        self.page.evaluate(_PREPARE, [CALM])

    def close(self) -> list[str]:
        """Close the tab; return what should not have been said in it."""
        forbidden = self.page.evaluate("() => window.witness.forbidden")
        self._context.close()
        return [*self._heard, *forbidden]

    # The drawer

    @property
    def drawer(self) -> Locator:
        """Return the inspector."""
        return self.page.get_by_role("complementary", name="Inspector")

    @property
    def switches(self) -> Locator:
        """Return its switches."""
        return self.drawer.get_by_role("group", name="Switches")

    @property
    def asked(self) -> list[str]:
        """Return what the page asked of its store, oldest first."""
        return [str(each) for each in self.page.evaluate("() => page.asked")]

    def at(self, seconds: float) -> None:
        """Let it be so many seconds after 1970 for the page; its timers run on."""
        self.page.clock.set_fixed_time(seconds)

    def opens(self, entries: Sequence[Entry], *, turn: str = "") -> None:
        """Open the drawer on a journal that holds these entries."""
        self.page.evaluate(
            "([entries, turn]) => { page.keep(entries); page.turn = turn; page.draw(); }", [entries, turn]
        )
        self.drawer.wait_for()

    def tell(self, entries: Sequence[Entry]) -> None:
        """Let entries come, as the server's events bring them."""
        self.page.evaluate("(entries) => page.tell(entries)", entries)

    def show(self, name: str) -> Locator:
        """Show a part of the inspector, and return it."""
        self.drawer.get_by_role("tab", name=name).click()
        return self.drawer.get_by_role("tabpanel", name=name)

    def silence(self, *, is_silent: bool = True) -> None:
        """Let the playground answer nothing any more, or again."""
        self.page.evaluate("(is) => { page.silent = is; }", is_silent)

    def set(self, **switches: Any) -> None:
        """Let the switches be others."""
        self.page.evaluate("(switches) => page.switch(switches)", switches)

    def connect(self, connection: str) -> None:
        """Let the connection be "open" or "lost"."""
        self.page.evaluate("(connection) => page.connect(connection)", connection)

    # The reduction

    def reduced(self, entries: Sequence[Entry]) -> dict[str, Any]:
        """Return what is shown of these entries."""
        told: str = self.page.evaluate("(entries) => JSON.stringify(page.shown(page.reduce(entries)))", entries)
        shown: dict[str, Any] = json.loads(told)
        return shown

    def added(self, entries: Sequence[Entry]) -> dict[str, Any]:
        """Return what is shown after they came one by one, in this order."""
        one_by_one = "entries.reduce((view, entry) => page.taken(view, [entry]), page.begin())"
        told: str = self.page.evaluate(f"(entries) => JSON.stringify(page.shown({one_by_one}))", entries)
        shown: dict[str, Any] = json.loads(told)
        return shown
