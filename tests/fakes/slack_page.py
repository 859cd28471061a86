"""The playground's page as a person uses it: by the names that a screen reader says.

In a test::

    page = visit()                                   # Ada, in #general
    asked = page.say("@Vera How long does a lease last?")
    page.open_thread(asked)
    answer = page.answered(asked)                    # waits until it is whole

Nothing waits for a time: each step waits for what it needs to see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from fakes.running_playground import RunningPlayground

__all__ = ["WITNESS", "SlackPage", "Stage", "Visit"]

WITNESS = Path(__file__).with_name("witness.js").read_text()
"""What each page runs first: it writes down what each message looked like, and what the page's policy forbade."""

_DROP = """([type, name, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
  return transfer;
}"""


class Visit(Protocol):
    """Opens the playground in a browser of its own, nothing shared with others, as somebody, and shows #general."""

    def __call__(
        self, who: str = "Ada Lovelace", *, playground: RunningPlayground | None = None, **options: Any
    ) -> SlackPage:
        """Return the tab; `options` are those of a Playwright context."""
        ...


@dataclass(frozen=True, slots=True)
class Stage:
    """What a message looked like at some time: `state` is "status", "writing", "done" or ""."""

    state: str
    text: str


class SlackPage:
    """A tab with the playground in it. `complaints` are what its console, its policy and its dialogs said so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._said: list[str] = []
        self._expected: list[str] = []
        page.on("console", lambda told: self._said.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self._said.append(f"uncaught: {error}"))
        page.on("dialog", lambda dialog: (self._said.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    @property
    def complaints(self) -> list[str]:
        """Return what went wrong in the page and was not expected."""
        forbidden = [f"forbidden: {what}" for what in self.page.evaluate("() => window.witness?.forbidden ?? []")]
        return [one for one in self._said + forbidden if not any(part in one for part in self._expected)]

    def expect_complaint(self, part: str) -> None:
        """Bear with what holds this: a connection that the test itself breaks is told on the console."""
        self._expected.append(part)

    # Places

    @property
    def workspace(self) -> Locator:
        """Return the list of conversations."""
        return self.page.get_by_role("navigation", name="Workspace")

    @property
    def conversation(self) -> Locator:
        """Return the channel or direct message that is shown."""
        return self.page.get_by_role("main", name="Conversation")

    @property
    def thread(self) -> Locator:
        """Return the thread beside it."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def inspector(self) -> Locator:
        """Return the drawer that shows what goes on beneath."""
        return self.page.get_by_role("complementary", name="Inspector")

    @property
    def switches(self) -> Locator:
        """Return the inspector's switches."""
        return self.inspector.get_by_role("group", name="Switches")

    @property
    def banner(self) -> Locator:
        """Return the line that says what is the matter with the whole playground."""
        return self.page.locator(".banner")

    @property
    def composer(self) -> Locator:
        """Return where one writes into the conversation."""
        return self.conversation.get_by_role("textbox", name=re.compile(r"^Message "))

    @property
    def reply_box(self) -> Locator:
        """Return where one writes into the thread."""
        return self.thread.get_by_role("textbox", name="Reply in thread")

    @property
    def stop_button(self) -> Locator:
        """Return what stops an agent's session, in the thread's composer."""
        return self.thread.get_by_role("button", name="Stop Vera", exact=True)

    @property
    def working(self) -> Locator:
        """Return the line at the thread's end that says what Vera does."""
        return self.thread.locator(".working")

    @property
    def live_region(self) -> Locator:
        """Return where things are said to those who don't see them."""
        return self.page.locator("[aria-live=polite]")

    def link(self, name: str) -> Locator:
        """Return the way into a conversation, whatever is unread there."""
        return self.workspace.get_by_role("link", name=re.compile(rf"^{re.escape(name)}(,|$)"))

    def message(self, ts: str, *, inside: Locator | None = None) -> Locator:
        """Return a message: in the conversation, unless said where."""
        return (inside or self.conversation).locator(f'article[data-ts="{ts}"]')

    def answer_to(self, ts: str) -> Locator:
        """Return Vera's first message after this one in the thread that is open."""
        after = f"xpath=.//article[@data-ts='{ts}']/following::article[starts-with(@aria-label, 'Vera at')]"
        return self.thread.locator(after).first

    # Going about

    def go(self, name: str) -> None:
        """Go into a conversation by its link."""
        self.link(name).click()
        expect(self.conversation.get_by_role("heading", level=1)).to_have_text(re.compile(rf"\b{re.escape(name)}$"))

    def be(self, person: str) -> None:
        """Be somebody else, by the choice in the sidebar; return once the page shows what they see."""
        choice = self.page.get_by_role("combobox", name="You are")
        chosen = choice.get_by_role("option", name=person, exact=True).get_attribute("value")
        with self.page.expect_response(lambda got: "/channels/" in got.url and got.url.endswith(f"as={chosen}")):
            choice.select_option(chosen)
        expect(self.composer).to_be_attached()

    def open_thread(self, ts: str) -> None:
        """Open the thread of a message of the conversation."""
        replies = self.message(ts).get_by_role("button", name=re.compile(r"^\d+ repl(y|ies)"))
        if replies.count():
            replies.click()
        else:
            self.act(self.message(ts), "Reply in thread")
        expect(self.message(ts, inside=self.thread)).to_be_visible()

    def open_inspector(self) -> None:
        """Open the drawer."""
        toggle = self.conversation.get_by_role("button", name="Inspector", exact=True)
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        expect(self.inspector).to_be_visible()

    def show(self, section: str) -> Locator:
        """Show a section of the inspector, and return it."""
        self.inspector.get_by_role("tab", name=section).click()
        panel = self.inspector.get_by_role("tabpanel", name=section)
        expect(panel).to_be_visible()
        return panel

    def switch(self, name: str, to: str | bool) -> None:
        """Set one of the inspector's switches; return once the playground has it."""
        with self.page.expect_response(lambda got: got.url.endswith("/switches") and got.request.method == "POST"):
            if isinstance(to, bool):
                self.switches.get_by_role("checkbox", name=name).set_checked(to)
            else:
                self.switches.get_by_role("combobox", name=name).select_option(label=to)

    def strike(self, name: str) -> int:
        """Press one of the inspector's buttons; return how much it struck."""
        with self.page.expect_response(lambda got: got.url.endswith("/strike")) as struck:
            self.switches.get_by_role("button", name=name).click()
        return int(struck.value.json()["struck"])

    # Saying

    def say(self, text: str) -> str:
        """Write into the conversation and send it; return the ts that it got once it stands there."""
        ts = self._send(self.composer, text)
        expect(self.message(ts)).to_be_visible()
        return ts

    def reply(self, text: str) -> str:
        """Write into the thread and send it; return the ts that it got once it stands there."""
        ts = self._send(self.reply_box, text)
        expect(self.message(ts, inside=self.thread)).to_be_visible()
        return ts

    def answered(self, ts: str, *, timeout_seconds: float = 30.0) -> Locator:
        """Wait until Vera's answer to a message in the open thread is whole, and return it."""
        answer = self.answer_to(ts)
        expect(answer).to_have_attribute("data-state", "done", timeout=timeout_seconds * 1_000)
        return answer

    def ask(self, text: str) -> tuple[str, Locator]:
        """Ask in the conversation, open the thread and wait for the whole answer; return the question's ts and it."""
        ts = self.say(text)
        self.open_thread(ts)
        return ts, self.answered(ts)

    def press(self, message: Locator, button: str) -> None:
        """Press one of a message's own buttons; return once the playground has taken it."""
        with self.page.expect_response(lambda got: got.url.endswith("/press")) as pressed:
            message.get_by_role("button", name=button, exact=True).click()
        assert pressed.value.ok, pressed.value.text()

    def act(self, message: Locator, action: str) -> None:
        """Take an action on a message with the mouse, from the toolbar that stands over it."""
        message.hover()
        message.get_by_role("toolbar", name="Message actions").get_by_role("button", name=action, exact=True).click()

    def choose(self, message: Locator, item: str) -> None:
        """Take an action on a message from its menu."""
        self.act(message, "More actions")
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def drop(self, pane: Locator, name: str, content: str, *, mimetype: str) -> None:
        """Drop a file on a pane, as the system's file manager would; return once it can be sent.

        `content` is base64.
        """
        transfer = self.page.evaluate_handle(_DROP, [mimetype, name, content])
        target = pane.get_by_role("textbox").last
        for event in ("dragenter", "dragover", "drop"):
            target.dispatch_event(event, {"dataTransfer": transfer})
        transfer.dispose()
        expect(pane.get_by_role("button", name=f"Remove {name}", exact=True)).to_be_visible()
        expect(pane.get_by_role("progressbar")).to_have_count(0)

    # What was seen

    def stages(self, ts: str) -> list[Stage]:
        """Return all that a message was seen to be since the page was loaded, oldest first."""
        seen: list[dict[str, Any]] = self.page.evaluate("(ts) => window.witness.stages[ts] ?? []", ts)
        return [Stage(one["state"], one["text"]) for one in seen]

    def longest_standstill(self, ts: str) -> float:
        """Return for how many seconds, at most, a message looked the same between its first words and its last."""
        seen: list[dict[str, Any]] = self.page.evaluate("(ts) => window.witness.stages[ts] ?? []", ts)
        at = [one["at"] for one in seen if one["state"] != "status"]
        return float(max((later - earlier for earlier, later in pairwise(at)), default=0.0)) / 1_000

    def ts_of(self, message: Locator) -> str:
        """Return a message's ts."""
        return message.get_attribute("data-ts") or ""

    def reload(self) -> None:
        """Load the page anew."""
        self.page.reload()
        expect(self.composer).to_be_attached()

    def _send(self, box: Locator, text: str) -> str:
        box.fill(text)
        with self.page.expect_response(lambda got: got.url.endswith("/messages")) as sent:
            box.press("Enter")
        assert sent.value.ok, sent.value.text()
        return str(sent.value.json()["ts"])
