"""What only Slack's threads have: its pages, its kinds of message, its markup, its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes.slack_api import BOT_ID, BOT_USER, RATE_LIMITED, Answer, SmallSlack
from vera.assistant.conversation import FOOTER, Turn
from vera.errors import RateLimited, SurfaceUnavailable
from vera.slack.bot import Bot
from vera.slack.mark import mark_of, marked
from vera.slack.own import METADATA_TYPE
from vera.slack.people import People
from vera.slack.thread import SlackThreads

if TYPE_CHECKING:
    from slack_sdk import WebClient

PLENTY = 1_000_000


@pytest.fixture
def naps() -> list[float]:
    return []


@pytest.fixture
def threads(slack: SmallSlack, client: WebClient, naps: list[float]) -> SlackThreads:
    slack.person("U1", "Ann")
    slack.person("U2", "Bob")
    return SlackThreads(client, People(client), bot=Bot(client), name="Vera", sleep=naps.append)


def ask(slack: SmallSlack, root: str, text: str = "Well?") -> Turn:
    return Turn("C1", slack.say("C1", "U1", text, thread_ts=root), "U1", text, thread_ts=root)


SILENT = {
    "a join": {"user": "U2", "subtype": "channel_join", "text": "<@U2> has joined the channel"},
    "a tombstone": {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."},
    "an empty text": {"user": "U2", "text": " "},
    "no text": {"user": "U2", "text": None},
    "a mention alone": {"user": "U2", "text": f"<@{BOT_USER}>"},
    "the root of an assistant's thread": {"user": BOT_USER, "subtype": "assistant_app_thread", "text": "New chat"},
}


@pytest.mark.parametrize("message", SILENT.values(), ids=SILENT.keys())
def test_what_says_nothing_is_left_out(slack: SmallSlack, threads: SlackThreads, message: dict):
    root = slack.say("C1", "U1", "The subject")
    slack.say("C1", **({"text": ""} | message), thread_ts=root)

    thread = threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == ["The subject", "Well?"]


SPOKEN = {
    "a broadcast reply": ({"user": "U2", "subtype": "thread_broadcast"}, "person", "Bob"),
    "somebody about themselves": ({"user": "U2", "subtype": "me_message"}, "person", "Bob"),
    "nobody": ({"user": ""}, "person", "somebody"),
    "a webhook": ({"user": "", "subtype": "bot_message", "bot_id": "B9", "username": "CI\n bot"}, "bot", "CI bot"),
    "an app": ({"user": "U9", "bot_id": "B9", "bot_profile": {"name": "Jenkins"}}, "bot", "Jenkins"),
    "an app without a name": ({"user": "U2", "bot_id": "B9"}, "bot", "Bob"),
    "an app without anything": ({"user": "", "bot_id": "B9"}, "bot", "a bot"),
    "Vera": ({"user": BOT_USER}, "vera", "Vera"),
    "Vera by her bot": ({"user": "", "bot_id": BOT_ID}, "vera", "Vera"),
    "an app that poses as Vera": (
        {
            "user": "U9",
            "bot_id": "B9",
            "username": "Vera",
            "metadata": {"event_type": METADATA_TYPE, "event_payload": {"turn": "C1:1.5", "part": 0, "state": "done"}},
        },
        "bot",
        "Vera",
    ),
}


@pytest.mark.parametrize(("message", "speaker", "name"), SPOKEN.values(), ids=SPOKEN.keys())
def test_who_speaks_is_told_apart(slack: SmallSlack, threads: SlackThreads, message: dict, speaker: str, name: str):
    root = slack.say("C1", "U1", "The subject")
    slack.say("C1", **message, text="words", thread_ts=root)

    said = threads.read(ask(slack, root), budget_tokens=PLENTY).utterances[1]

    assert (said.speaker, said.name, said.text) == (speaker, name, "words")
    assert said.turn == ""


def test_slacks_markup_becomes_plain_markdown_with_names(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", f"<@{BOT_USER}> ask <@U2> about *it* in <#C2|general> &amp; <https://x.example|here>")

    thread = threads.read(ask(slack, root, f"and <@{BOT_USER}>, what now? <@{BOT_USER}>"), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == [
        "ask @Bob about **it** in #general & [here](https://x.example)",
        "and @Vera, what now?",
    ]


def test_a_question_of_nothing_but_a_mention_stays_the_question(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", "The subject")

    thread = threads.read(ask(slack, root, f"<@{BOT_USER}>"), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == ["The subject", ""]


def test_what_stands_in_blocks_alone_is_read(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "", "", subtype="bot_message", bot_id="B9", username="CI", attachments=[{"fallback": "red"}])

    thread = threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert thread.utterances[0].text == "red"


def test_an_answer_ends_where_its_sources_begin_though_rendered(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", "The subject")
    slack.say("C1", BOT_USER, f"*Open* at 8 [1].{FOOTER}\n\n_Sources:_ <https://x.example|Handbook>", thread_ts=root)

    thread = threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert thread.utterances[1].text == "**Open** at 8 [1]."


STREAMED = {
    "as Markdown": {"blocks": [{"type": "markdown", "text": "**a** &lt; *b*, [c](https://x.example)"}], "text": "?"},
    "as mrkdwn": {"text": "*a* &lt; _b_, <https://x.example|c>"},
}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (STREAMED["as Markdown"], "**a** < *b*, [c](https://x.example)"),
        (STREAMED["as mrkdwn"], "**a** < _b_, [c](https://x.example)"),
    ],
    ids=STREAMED.keys(),
)
def test_a_streamed_answer_is_read_however_slack_keeps_it(
    slack: SmallSlack, threads: SlackThreads, content: dict, text: str
):
    root = slack.say("C1", "U1", "The subject")
    payload = {"turn": f"C1:{root}", "part": 0, "state": "done"}
    metadata = {"event_type": METADATA_TYPE, "event_payload": payload}
    slack.say("C1", BOT_USER, **content, thread_ts=root, metadata=metadata, streaming_state="completed")

    said = threads.read(ask(slack, root), budget_tokens=PLENTY).utterances[1]

    assert (said.text, said.turn, said.unfinished) == (text, f"C1:{root}", False)


def test_a_stream_in_progress_is_known_by_its_mark_as_the_answer_to_its_question(
    slack: SmallSlack, threads: SlackThreads
):
    root = slack.say("C1", "U1", "The subject")
    first = ask(slack, root, "One?")
    ask(slack, root, "Two?")
    text = marked("It **is", mark_of(first.key, 1))
    slack.say("C1", BOT_USER, text, thread_ts=root, streaming_state="in_progress")

    said = threads.read(ask(slack, root), budget_tokens=PLENTY).utterances[3]

    assert (said.text, said.turn, said.part, said.unfinished) == ("It **is", first.key, 1, True)


@pytest.mark.parametrize("text", ["It is", marked("It is", mark_of("C1:1.5", 0))], ids=["unmarked", "of nobody's"])
def test_a_stream_in_progress_is_unfinished_whatever_it_answers(slack: SmallSlack, threads: SlackThreads, text: str):
    root = slack.say("C1", "U1", "The subject")
    slack.say("C1", BOT_USER, text, thread_ts=root, streaming_state="in_progress")

    said = threads.read(ask(slack, root), budget_tokens=PLENTY).utterances[1]

    assert (said.text, said.turn, said.unfinished) == ("It is", "", True)


def test_a_stream_that_was_left_behind_stays_unfinished(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", "The subject")
    text = marked("It is", mark_of(f"C1:{root}", 0))
    slack.say("C1", BOT_USER, text, thread_ts=root, streaming_state="completed")

    said = threads.read(ask(slack, root), budget_tokens=PLENTY).utterances[1]

    assert (said.text, said.turn, said.unfinished) == ("It is", f"C1:{root}", True)


def test_a_deleted_root_leaves_the_thread_without_one(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "USLACKBOT", "This message was deleted.", subtype="tombstone")
    slack.say("C1", "U2", "a reply", thread_ts=root)

    thread = threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == ["a reply", "Well?"]


def test_a_thread_of_2500_messages_takes_three_calls_and_names_only_whom_it_shows(
    slack: SmallSlack, threads: SlackThreads
):
    root = slack.say("C1", "U1", "The subject")
    for n in range(2_500):
        slack.say("C1", f"U1{n:04}", f"reply {n:04}", thread_ts=root)

    thread = threads.read(ask(slack, root), budget_tokens=500)

    assert len(slack.called("conversations.replies")) == 3
    kept = len(thread.utterances) - 2
    assert thread.utterances[-2].text == "reply 2499"
    assert kept + thread.omitted == 2_500
    assert len(slack.called("users.info")) == kept + 1


def test_messages_that_say_nothing_do_not_count_as_left_out(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", "The subject")
    for _ in range(30):
        slack.say("C1", "U2", "has joined", subtype="channel_join", thread_ts=root)

    assert threads.read(ask(slack, root), budget_tokens=1).omitted == 0


def test_a_rate_limit_is_waited_out(slack: SmallSlack, threads: SlackThreads, naps: list[float]):
    root = slack.say("C1", "U1", "The subject")
    slack.script("conversations.replies", RATE_LIMITED, Answer(b"", 503))

    thread = threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert len(thread.utterances) == 2
    assert naps == [7.0, 1.0]


def test_patience_ends(slack: SmallSlack, threads: SlackThreads, naps: list[float]):
    root = slack.say("C1", "U1", "The subject")
    long = Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "15"})
    slack.script("conversations.replies", long, long)

    with pytest.raises(RateLimited):
        threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert naps == [15.0]


def test_a_fault_that_stays_is_raised_after_three_tries(slack: SmallSlack, threads: SlackThreads):
    root = slack.say("C1", "U1", "The subject")
    slack.script("conversations.replies", *[Answer(b"", 502)] * 3)

    with pytest.raises(SurfaceUnavailable):
        threads.read(ask(slack, root), budget_tokens=PLENTY)

    assert len(slack.called("conversations.replies")) == 3


def test_of_a_direct_conversation_only_the_newest_threads_are_read(slack: SmallSlack, threads: SlackThreads):
    for n in range(70):
        asked = slack.say("D1", "U1", f"question {n}")
        slack.say("D1", BOT_USER, f"answer {n}", thread_ts=asked)
    turn = Turn("D1", slack.say("D1", "U1", "And then?"), "U1", direct=True)
    slack.say("D1", "U1", "Later")

    texts = [said.text for said in threads.read(turn, budget_tokens=PLENTY).utterances]

    assert len(slack.called("conversations.replies")) == 5
    assert texts[0] == "question 21"
    assert texts[-4:] == ["answer 68", "question 69", "answer 69", "And then?"]
    assert "answer 64" not in texts


def test_a_direct_question_that_slack_does_not_show_yet_is_still_the_last(slack: SmallSlack, threads: SlackThreads):
    slack.say("D1", "U1", "Before")

    thread = threads.read(Turn("D1", "1800000000.000100", "U1", "And now?", direct=True), budget_tokens=PLENTY)

    assert [said.text for said in thread.utterances] == ["Before", "And now?"]
