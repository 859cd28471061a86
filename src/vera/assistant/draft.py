"""The answer while it is formed: what the model said so far, with the citations that hold.

A number in brackets cites a passage if there is one of that number; else it is dropped before anybody sees it. What
stands in code is code. Deltas may break anywhere: `tests/unit/assistant/test_draft.py` breaks them everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from vera.assistant.conversation import FOOTER

__all__ = ["Draft"]

# Every count is bounded, so that hostile text costs no more than its length.
_LINE_BEGINS = r"\n[ \t>]{0,40}+(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]{1,40}+)?"
# What is looked at: a fence (alone on its line it may end one), a new line (an empty one ends inline code), backticks,
# a citation.
_TOKEN = re.compile(
    rf"(?P<fence>{_LINE_BEGINS}(?P<mark>`{{3,}}|~{{3,}})(?P<alone>(?=[ \t]{{0,40}}+(?:\n|\Z)))?)"
    r"|(?P<line>\n)(?P<blank>(?=[ \t]{0,40}+\n))?"
    r"|(?P<ticks>`+)"
    r"|(?P<space>[ ]?)\[(?P<numbers>[0-9]{1,3}(?:[ ]?,[ ]?[0-9]{1,3}){0,9})\](?!\()"
)
# What the next delta may yet make a token of; what such a text may end with, for a quick look.
_UNDECIDED = re.compile(
    r"(?:\n[ \t>]{0,40}+(?:(?:[-*+]|[0-9]{1,9}[.)]?)[ \t]{0,40}+)?(?:`+|~+)?[ \t]{0,40}+"
    r"|(?<!`)`+|[ ]|[ ]?\[[0-9, ]{0,57}+\]?)\Z"
)
_MAY_BE_UNDECIDED = frozenset("\n\t >-*+.)`~[],0123456789")


@dataclass(slots=True)
class _State:
    """Where in the Markdown the decided text ends, what is held back behind it, what it cites.

    `code` is the run of backticks or tildes that the text is inside, if any; `fenced` whether they are a fence's, and
    `info` whether its first line is still going on. A text begins as a new line does.
    """

    held: str = "\n"
    begun: bool = False
    code: str = ""
    fenced: bool = False
    info: bool = False
    cited: dict[int, None] = field(default_factory=dict)

    def copy(self) -> _State:
        return replace(self, cited=dict(self.cited))


class Draft:
    """Text that grows by deltas, and can fall back to where it was last settled.

    One thread writes; any thread may read `text` and `cited`.
    """

    def __init__(self, passages: int | None = None) -> None:
        """Check citations against so many passages; None leaves every bracket as it is."""
        self._passages = passages
        self._pieces: list[str] = []
        self._state = _State()
        self._settled = (0, _State())

    @property
    def text(self) -> str:
        """All that is decided so far."""
        return "".join(self._pieces)

    @property
    def cited(self) -> tuple[int, ...]:
        """The numbers of the passages cited so far, in the order of their first citation."""
        return tuple(self._state.cited)

    def add(self, delta: str) -> None:
        """Let the text grow. What marks the end of Vera's answers is not for a model to say."""
        if FOOTER in delta:
            delta = delta.replace(FOOTER, "")
        if self._passages is None or not delta:
            self._pieces.append(delta)
            return
        text = self._state.held + delta
        undecided = _UNDECIDED.search(text) if delta[-1] in _MAY_BE_UNDECIDED else None
        self._decide(text, undecided.start() if undecided else len(text))

    def settle(self) -> None:
        """Decide what is undecided, and make all of it what `start_over` goes back to."""
        held = self._state.held
        if self._state.begun or held != "\n":
            self._decide(held, len(held))
        self.mark()

    def mark(self) -> None:
        """Let `start_over` go back to here, what is undecided included."""
        self._settled = (len(self._pieces), self._state.copy())

    def start_over(self) -> None:
        """Forget what was added since the text was last settled, or marked."""
        length, state = self._settled
        del self._pieces[length:]
        self._state = state.copy()

    def _decide(self, text: str, length: int) -> None:
        """Append so much of the text, which no later delta can change the meaning of, and hold back the rest."""
        state = self._state
        state.held = text[length:]
        if not length:
            return
        decided = text[:length]
        if "[" in decided or "`" in decided or "\n" in decided:
            decided = self._checked(text, length)
        self._pieces.append(decided if state.begun else decided[1:])
        state.begun = True

    def _checked(self, text: str, length: int) -> str:
        pieces: list[str] = []
        at = 0
        for token in _TOKEN.finditer(text):
            if token.start() >= length:
                break
            pieces += text[at : token.start()], self._take(token)
            at = token.end()
        return "".join((*pieces, text[at:length]))

    def _take(self, token: re.Match[str]) -> str:
        """Follow what a token does to the code around it; return what it says, the citations that don't hold left out.

        https://spec.commonmark.org/0.31.2/#fenced-code-blocks and #code-spans.
        """
        state = self._state
        if token["numbers"]:
            return token.group() if state.code else self._citation(token["space"], token["numbers"])
        if token["ticks"]:
            self._ticks(token["ticks"])
        elif token["fence"]:
            self._fence(token["mark"], alone=token["alone"] is not None)
        else:
            state.info = False
            if token["blank"] is not None and not state.fenced:
                state.code = ""
        return token.group()

    def _citation(self, space: str, numbers: str) -> str:
        held = [int(number) for number in numbers.split(",") if 0 < int(number) <= (self._passages or 0)]
        self._state.cited.update(dict.fromkeys(held))
        return space + "".join(f"[{number}]" for number in held) if held else ""

    def _fence(self, mark: str, *, alone: bool) -> None:
        """Begin a code block, or end it: by at least as long a run of the same kind, with nothing behind it."""
        state = self._state
        if not state.fenced:
            state.code, state.fenced, state.info = mark, True, True
            return
        state.info = False
        if alone and mark[0] == state.code[0] and len(mark) >= len(state.code):
            state.code, state.fenced = "", False

    def _ticks(self, run: str) -> None:
        """Begin inline code, or end it by as long a run; what a fence's own line holds makes inline code of it."""
        state = self._state
        if state.fenced and state.info and state.code[0] == "`":
            state.fenced = state.info = False
        if not state.code:
            state.code = run
        elif not state.fenced and run == state.code:
            state.code = ""
