"""`docs/playground.png` and `docs/playground-dark.png`: a thread mid-answer beside the inspector.

`VERA_SCREENSHOTS=docs` writes them there; otherwise they go into the test's own folder.
"""

from __future__ import annotations

import json
import os
import signal
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from fakes.running_playground import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakes.running_playground import RunningPlayground
    from fakes.slack_page import SlackPage, Visit

pytestmark = pytest.mark.e2e

WINDOW = {"width": 1440, "height": 900}
SCALE = 2
SCHEMES: dict[str, Literal["light", "dark"]] = {"playground.png": "light", "playground-dark.png": "dark"}
_WORDS = 40
"""How much of an answer is to stand in the picture."""

_WRITING = """([ts, words]) => {
  const message = document.querySelector(`aside article[data-ts="${ts}"]`);
  const text = message?.querySelector(".message-text")?.textContent ?? "";
  return message?.dataset.state === "writing" && text.trim().split(/\\s+/).length >= words;
}"""


@pytest.fixture(scope="module")
def studio(run: Callable[..., RunningPlayground]) -> RunningPlayground:
    """Run a playground in which nothing was said before, as a newcomer finds it."""
    return run("--docs", str(ROOT / "docs"))


def furnish(visit: Visit, studio: RunningPlayground) -> None:
    """Have people talk a little, so that the picture is of a place where people are."""
    grace, ada = visit("Grace Hopper", playground=studio), visit(playground=studio)
    grace.say("Good morning! The new worker is rolling out to the *second account* today.")
    said = ada.say("Nice. I'll watch the dead-letter queue while it does. :eyes:")
    grace.act(grace.message(said), "React with thumbs up")
    grace.say("`make e2e` is green on both Pythons. What I'd still like to know: who finishes when a worker dies?")
    ada.say("Let's ask.")


def test_pictures_are_taken_mid_answer(visit: Visit, studio: RunningPlayground, tmp_path: Path):
    furnish(visit, studio)
    page = visit(playground=studio, viewport=WINDOW, device_scale_factor=SCALE, color_scheme="light")
    page.open_inspector()
    asked, _ = page.ask("@Vera How long does a lease last?")
    page.act(page.message(asked), "React with thumbs up")
    page.switch("Slack's latency", "300 ms")
    followed = page.reply("@Vera Why does Vera use a lease and not a lock?")
    page.page.mouse.move(0, 0)
    answer = page.answer_to(followed)
    expect(answer).to_have_attribute("data-state", "writing")
    page.page.wait_for_function(_WRITING, arg=[page.ts_of(answer), _WORDS])

    with held(worker_of(studio)):
        page.switch("Slack's latency", "0 ms")
        expect(page.banner).to_be_hidden()
        pictures = [take(page, tmp_path, name, scheme) for name, scheme in SCHEMES.items()]
        expect(answer).to_have_attribute("data-state", "writing")

    page.answered(followed)
    for picture in pictures:
        width, height = struct.unpack(">II", picture.read_bytes()[16:24])
        assert (width, height) == (WINDOW["width"] * SCALE, WINDOW["height"] * SCALE)


def worker_of(playground: RunningPlayground) -> int:
    """Return the process that told the journal last."""
    _, _, body = playground.ask("GET", f"{playground.path}journal")
    return int(json.loads(body)["entries"][-1]["process"])


@contextmanager
def held(process: int) -> Iterator[None]:
    """Hold a process still: what it is in the middle of stays so, however long a picture takes."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def take(page: SlackPage, tmp_path: Path, name: str, scheme: Literal["light", "dark"]) -> Path:
    path = Path(os.environ.get("VERA_SCREENSHOTS") or tmp_path) / name
    page.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.page.screenshot(path=path)
    return path
