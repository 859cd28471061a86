"""The query finds its subject, every base is asked at once, and sources are untrusted words."""

from __future__ import annotations

import math
import threading
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fakes.knowledge import ListedKnowledge, UnavailableKnowledge
from vera.assistant.conversation import Conversation, Person, Said
from vera.assistant.knowledge import (
    QUERY_CHARACTERS,
    Findings,
    KnowledgeBase,
    Passage,
    Reranker,
    query,
    search,
    sources,
)
from vera.errors import KnowledgeUnavailable

ANN = Person("U0ANN", "Ann")
HOURS = "When does the Berlin office open?"


def asked(question: str, *recent: str, since: str = "", history: tuple[Said, ...] = ()) -> Conversation:
    return Conversation(question, ANN, history=history, since=since, recent=recent)


def passages(*texts: str) -> tuple[Passage, ...]:
    return tuple(Passage(text, f"About {text}") for text in texts)


@pytest.mark.parametrize(
    ("conversation", "words"),
    [
        (asked(HOURS), HOURS),
        (asked("and on Fridays?", HOURS), f"{HOURS} and on Fridays?"),
        (asked("Is it open on public holidays as well?", HOURS), f"{HOURS} Is it open on public holidays as well?"),
        (asked("How many vacation days do new people get?", HOURS), "How many vacation days do new people get?"),
        (asked("and in May?", "What about Fridays?", HOURS), f"{HOURS} and in May?"),
        (asked("and in May?", HOURS, "What about Fridays?"), f"{HOURS} What about Fridays? and in May?"),
        (asked("and Fridays?", HOURS, "thanks!", "cool"), f"{HOURS} thanks! cool and Fridays?"),
        (
            asked("and now?", "How do I deploy the shop?", HOURS, "It says so where?", "Is it?"),
            f"{HOURS} It says so where? Is it? and now?",
        ),
        (asked("Und freitags?", HOURS), f"{HOURS} Und freitags?"),
        (asked("", HOURS), HOURS),
        (asked("", since="[the bot Pager posted] DISK FULL"), "[the bot Pager posted] DISK FULL"),
        (asked("", history=(Said("user", "x"), Said("assistant", "Berlin opens\nat nine."))), "Berlin opens at nine."),
        (asked("two\n\n  lines of one question here"), "two lines of one question here"),
    ],
    ids=lambda value: value.question or "(wordless)" if isinstance(value, Conversation) else "",
)
def test_the_query_holds_what_the_question_leans_on(conversation: Conversation, words: str):
    assert query(conversation) == words


def test_the_query_of_a_bare_follow_up_finds_its_subject():
    base = ListedKnowledge(
        [Passage("Lunch is served daily", "Canteen"), Passage("Berlin opens at nine", "Berlin office")]
    )

    found = search([base], query(asked("and on Fridays?", HOURS)), keep=1)

    assert found.passages[0].title == "Berlin office"


WORDS = st.text(alphabet="ab é\n", max_size=600) | st.sampled_from(["and it?", "word " * 300, "x" * 1_500, "y " * 500])


@given(WORDS, st.lists(WORDS, max_size=4), WORDS)
@example("x" * 1_000, ["abc"], "")
@example("x" * 998, ["a"], "")
def test_a_query_is_of_whole_words_and_at_most_a_thousand_characters(question: str, recent: list[str], since: str):
    words = query(Conversation(question, ANN, recent=tuple(filter(str.strip, recent)), since=since.strip()))

    assert len(words) <= QUERY_CHARACTERS
    assert words or not (question.strip() or since.strip() or "".join(recent).strip())
    said = {word for text in (question, *recent, since) for word in text.split()}
    assert all(word in said or len(word) == QUERY_CHARACTERS for word in words.split())
    asked_for = " ".join(question.split())
    assert words.endswith(
        asked_for[-QUERY_CHARACTERS:].split(" ", 1)[-1] if len(asked_for) > QUERY_CHARACTERS else asked_for
    )


class Meeting(KnowledgeBase):
    """Answers only when the others are asked at the same time."""

    id = "meeting"

    def __init__(self, name: str, together: threading.Barrier) -> None:
        self.name, self.together = name, together

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        self.together.wait()
        return passages(f"{self.name} found {query}")


def test_all_bases_are_asked_at_the_same_time_and_no_thread_is_left():
    together = threading.Barrier(3, timeout=5)

    found = search([Meeting(name, together) for name in "abc"], "it", keep=5)

    assert [passage.text for passage in found.passages] == ["a found it", "b found it", "c found it"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("knowledge")]


class Listed(KnowledgeBase):
    id = "listed"

    def __init__(self, found: tuple[Passage, ...]) -> None:
        self.found = found

    def search(self, query: str, *, seconds: float = math.inf) -> tuple[Passage, ...]:
        return self.found


class Backwards(Reranker):
    keep = 0

    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        self.keep = keep
        return tuple(replace(passage, score=9.0) for passage in reversed(passages))


class Down(Reranker):
    def rerank(self, query: str, passages: tuple[Passage, ...], keep: int) -> tuple[Passage, ...]:
        raise KnowledgeUnavailable("down", sentence="Nobody could choose.")


def test_without_a_reranker_the_bases_take_turns():
    bases = [Listed(passages("a1", "a2", "a3")), Listed(passages("b1")), Listed(()), Listed(passages("c1", "c2"))]

    found = search(bases, "it", keep=5)

    assert [passage.text for passage in found.passages] == ["a1", "b1", "c1", "a2", "c2"]


def test_a_text_is_told_once_however_it_is_spaced_and_a_blank_one_never():
    bases = [Listed(passages("a  b", " ", "c")), Listed(passages("a\nb", "c ", "d"))]

    found = search(bases, "it", keep=9)

    assert [passage.text for passage in found.passages] == ["a  b", "c ", "d"]


def test_a_reranker_chooses_among_all_that_was_found():
    reranker = Backwards()

    found = search([Listed(passages("a1", "a2")), Listed(passages("b1"))], "it", keep=2, reranker=reranker)

    assert [passage.text for passage in found.passages] == ["a2", "b1"]
    assert found.passages[0].score == 9.0
    assert reranker.keep == 2


def test_a_reranker_that_is_down_costs_its_sentence_and_no_passage():
    found = search([Listed(passages("a", "b", "c"))], "it", keep=2, reranker=Down())

    assert found == Findings(passages("a", "b"), ("Nobody could choose.",), failed=0)


def test_a_base_that_is_down_costs_its_sentence_once():
    bases = [UnavailableKnowledge("Waking up."), Listed(passages("a")), UnavailableKnowledge("Waking up.")]

    assert search(bases, "it", keep=5) == Findings(passages("a"), ("Waking up.",), failed=2)
    assert search(bases[:1], "it", keep=5) == Findings((), ("Waking up.",), failed=1)


@pytest.mark.parametrize("count", [1, 3])
def test_every_base_is_told_how_long_it_may_wait(count: int):
    bases = [ListedKnowledge(passages("a")) for _ in range(count)]

    search(bases, "a", keep=5, seconds=7.5)
    search(bases, "a", keep=5)

    assert [base.seconds for base in bases] == [[7.5, math.inf]] * count


def test_where_there_is_no_base_nothing_is_found():
    assert search([], "it", keep=5) == Findings()


def test_sources_stand_in_the_order_of_citation_and_documents_stand_once():
    found = (
        Passage("a", "Handbook", "https://docs.example/handbook"),
        Passage("b", "Runbook", "s3://docs/run book.md"),
        Passage("c", "Handbook", "https://docs.example/handbook"),
        Passage("d", "notes.md", "notes.md"),
        Passage("e", ""),
    )

    assert sources(found, (2, 3, 4, 1, 5)).split("\n") == [
        "[2] Runbook (`s3://docs/run book.md`)",
        "[3] [1] [Handbook](https://docs.example/handbook)",
        "[4] notes.md",
        "[5] Untitled",
    ]
    assert sources(found, ()) == ""


HOSTILE = st.text(alphabet="[]()<>*_`~|\\\"'!&#@: \n\t\u202e\u2063ax", max_size=30) | st.sampled_from(
    ["](https://evil.example)", "<!channel>", "&lt;!channel&gt;", "![x](y)", "a\n\n# b", "`", "**b**", "~~s~~", "<b>"]
)


@given(HOSTILE, HOSTILE | HOSTILE.map("https://docs.example/{}".format))
@example("T", "https://a.example/(x) y\nz`&lt;b&gt;")
@example("&lt;!channel&gt;", "")
def test_nothing_in_a_title_or_location_is_markdown(title: str, location: str):
    line = sources([Passage("text", title, location)], (1,))

    assert "\n" not in line
    (inline,) = [token for token in MarkdownIt().parse(line) if token.type == "inline"]
    kinds = [token.type for token in inline.children or ()]
    assert set(kinds) <= {"text", "text_special", "link_open", "link_close", "code_inline"}
    links = [token.attrGet("href") for token in inline.children or () if token.type == "link_open"]
    assert len(links) == location.startswith("https://")
    assert all(str(link).startswith("https://docs.example") or location.startswith("https://a.") for link in links)
    assert "<" not in "".join(token.content for token in inline.children or ()) or "<" in title + location


def test_a_location_too_long_for_a_line_is_no_link():
    line = sources([Passage("text", "T" * 900, "https://docs.example/" + "x" * 5_000)], (1,))

    assert len(line) < 500
