"""The page's modules for text, in a browser: what they make of a message's text, as one line that a test can compare.

In a test::

    shown.outline("so *bold* it is")     # "text{so strong{bold} it is}"

Served as the playground serves them, behind its own guard and policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from vera.playground.page.guard import Guard
from vera.playground.page.static import page_file

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from starlette.requests import Request

__all__ = ["CHANNELS", "PEOPLE", "ShownText", "application"]

PEOPLE = [
    {"id": "U0VERAVERA", "name": "vera", "real_name": "Vera"},
    {"id": "U1", "name": "ada", "real_name": "Ada Lovelace"},
    {"id": "U2", "name": "grace", "real_name": "Grace & <b>Co</b>"},
    {"id": "U3", "name": "nameless", "real_name": ""},
]
CHANNELS = [{"id": "C1", "name": "general"}]

_TOKEN = "text"
_PREPARE = """async ([people, channels]) => {
  const [text, emoji, { html, render }] = await Promise.all([
    import("./page/mrkdwn.js"), import("./page/emoji.js"), import("./page/vendor/htm-preact.js"),
  ]);
  const CLASSES = {
    "mrkdwn-text": "text", "mrkdwn-quote": "quote", "mrkdwn-fence": "fence", "message-footer": "footer",
    "message-note": "note", "message-source": "source", "mention": "mention", "mention mention-self": "self",
    "channel-link": "channel", "emoji": "emoji", "mrkdwn": "", "mrkdwn mrkdwn-jumbo": "jumbo",
  };
  const draw = (written, self = "U1") => {
    render(html`<${text.Mrkdwn} text=${written} people=${people} channels=${channels} self=${self} />`, document.body);
    return document.body.firstElementChild;
  };
  const outline = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const name = CLASSES[node.getAttribute("class")] ?? node.localName;
    const target = node.hasAttribute("href") ? `(${node.getAttribute("href")})` : "";
    const inside = [...node.childNodes].map(outline).join("");
    return name ? `${name}${target}{${inside}}` : inside;
  };
  const letters = (node, marks) => {
    if (node.nodeType === Node.TEXT_NODE) return [...node.data].map((letter) => [letter, marks]);
    const mark = { STRONG: "*", EM: "_", S: "~", CODE: "`", A: node.getAttribute("href") }[node.nodeName];
    return [...node.childNodes].flatMap((child) => letters(child, mark ? [...marks, mark] : marks));
  };
  window.shown = {
    outline: (written) => outline(draw(written)),
    words: (written) => draw(written).textContent,
    letters: (written) => letters(draw(written), []).map(([letter, marks]) => [letter, marks.sort().join(" ")]),
    elements: (written) => [...draw(written).querySelectorAll("*")].map((element) =>
      [element.localName, Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]))]),
    plain: (written) => text.plain(written, people, channels),
    preview: (written) => text.preview(written, people, channels),
    emojiOf: emoji.emojiOf, labelOf: emoji.labelOf, searchEmoji: emoji.searchEmoji,
  };
}"""


def application() -> Guard:
    """Return what serves the page's own files and, in place of the page, an empty one. It is at `/text/`."""
    routes = [Route("/", _empty), Route("/page/{path:path}", page_file)]
    return Guard(Starlette(routes=routes), token=_TOKEN)


def _empty(request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Text</title><link rel=icon href=page/icon.svg><body></body>")


class ShownText:
    """One tab with the modules loaded. `complaints` are what its console and its policy said so far."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._heard: list[str] = []
        page.on("console", lambda message: self._heard.append(message.text))
        page.on("pageerror", lambda error: self._heard.append(str(error)))
        page.on("dialog", lambda dialog: (self._heard.append(dialog.message), dialog.dismiss()))
        page.goto(f"{url}/{_TOKEN}/")
        page.evaluate(_PREPARE, [PEOPLE, CHANNELS])

    @property
    def complaints(self) -> list[str]:
        """Return what should not have been said."""
        return list(self._heard)

    def outline(self, text: str) -> str:
        """Return the elements that a text becomes."""
        return str(self.of("outline", text))

    def words(self, text: str) -> str:
        """Return the words that it shows."""
        return str(self.of("words", text))

    def letters(self, text: str) -> list[tuple[str, str]]:
        """Return each letter that it shows, with the marks that it stands in: `*`, `_`, `~`, a backtick, an address."""
        return [(letter, marks) for letter, marks in self.of("letters", text)]

    def elements(self, text: str) -> list[tuple[str, dict[str, str]]]:
        """Return each element inside of it with its attributes."""
        return [(name, attributes) for name, attributes in self.of("elements", text)]

    def of(self, function: str, *arguments: Any) -> Any:
        """Call one of the modules' functions."""
        return self.page.evaluate("([name, args]) => window.shown[name](...args)", [function, list(arguments)])
