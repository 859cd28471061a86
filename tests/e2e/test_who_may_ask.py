"""Who is answered and who is not: people of other organisations, allow-lists, other bots, and Vera herself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from slack_sdk import WebClient

from fakes.deployment import Deployment
from vera.assistant.limits import ExternalNotAllowed
from vera.playground.host import Playground

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = "The office closes at three."


@pytest.fixture(scope="module")
def _open_to_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    environment = {"VERA_EXTERNAL_USERS": "allow"}
    with Deployment(tmp_path_factory.mktemp("open"), environment=environment, shifted=True) as deployed:
        yield deployed


@pytest.fixture(scope="module")
def _choosy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with Playground() as like_every_one:  # its furniture has the same ids
        channel, user = like_every_one.workspace.channel("general").id, like_every_one.workspace.person("ada").id
    environment = {"VERA_ALLOWED_CHANNELS": channel, "VERA_ALLOWED_USERS": user}
    with Deployment(tmp_path_factory.mktemp("choosy"), environment=environment, shifted=True) as deployed:
        yield deployed


@pytest.fixture
def open_to_all(_open_to_all: Deployment) -> Iterator[Deployment]:
    yield _open_to_all
    _open_to_all.rest()


@pytest.fixture
def choosy(_choosy: Deployment) -> Iterator[Deployment]:
    """Vera answers Ada alone, and in #general alone."""
    yield _choosy
    _choosy.rest()


def test_somebody_of_another_organisation_is_told_so_once_in_each_thread(shifted: Deployment):
    first = shifted.ask("When do you close?", who="rosa", where="partners")
    shifted.settle()
    shifted.ask("Please?", who="rosa", where="partners", root=first.root)
    shifted.ask("Why not?", who="rosa", where="partners", root=first.root)
    shifted.settle()
    elsewhere = shifted.ask("And here?", who="rosa", where="partners")
    shifted.settle()

    assert [one["text"] for one in shifted.said(first)] == [ExternalNotAllowed.sentence]
    assert [one["text"] for one in shifted.said(elsewhere)] == [ExternalNotAllowed.sentence]
    assert shifted.requests == []
    assert set(shifted.attempts) == {"ok"}


def test_somebody_of_ours_is_answered_in_the_same_channel(shifted: Deployment):
    shifted.bedrock.say(WHOLE)

    question = shifted.ask("When do you close?", who="ada", where="partners")
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]


def test_somebody_of_another_workspace_of_our_organisation_is_not_external(
    shifted: Deployment, monkeypatch: pytest.MonkeyPatch
):
    ours = "E0OURORGAN"
    monkeypatch.setattr(shifted.workspace, "team", replace(shifted.workspace.team, enterprise_id=ours))
    sister = shifted.person(team_id="T0SISTERWS", enterprise_id=ours)
    shifted.bedrock.say(WHOLE)

    question = shifted.ask("When do you close?", who=sister, where=shifted.channel(sister))
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == [WHOLE]


def test_somebody_of_another_organisation_is_answered_where_that_is_allowed(open_to_all: Deployment):
    open_to_all.bedrock.say(WHOLE)

    question = open_to_all.ask("When do you close?", who="rosa", where="partners")
    open_to_all.settle()

    assert [one["text"] for one in open_to_all.said(question)] == [WHOLE]


def test_who_is_on_the_lists_is_answered_where_they_say_and_in_direct_messages(choosy: Deployment):
    choosy.bedrock.say(WHOLE)
    choosy.bedrock.say(WHOLE)

    asked = choosy.ask("When do you close?", who="ada", where="general")
    choosy.settle()
    whispered = choosy.whisper("When do you close?", who="ada")
    choosy.settle()

    assert [one["text"] for one in choosy.said(asked)] == [WHOLE]
    assert [one["text"] for one in choosy.said(whispered)] == [WHOLE]


@pytest.mark.parametrize(
    ("who", "where", "sentence"),
    [
        ("grace", "general", "I'm set up to answer certain people only, and you aren't among them yet."),
        ("ada", "partners", "I'm set up to answer in certain channels only, and this isn't one."),
    ],
    ids=["somebody else", "another channel"],
)
def test_who_is_not_on_the_lists_is_told_so(choosy: Deployment, who: str, where: str, sentence: str):
    question = choosy.ask("When do you close?", who=who, where=where)
    choosy.settle()

    assert [one["text"] for one in choosy.said(question)] == [sentence]
    assert choosy.requests == []


def test_other_bots_are_never_answered(shifted: Deployment):
    channel, vera = shifted.channel(), f"<@{shifted.workspace.bot.id}>"
    robot = shifted.person(bot_id="B0ANOTHER", app_id="A0ANOTHER")
    bot = {"text": f"{vera} beep", "bot_id": "B0ANOTHER", "app_id": "A0ANOTHER"}

    posted = [
        shifted.workspace.put(channel, bot | {"user": shifted.workspace.person(robot).id}),
        shifted.workspace.put(channel, bot | {"subtype": "bot_message", "username": "beeper"}),
    ]
    shifted.settle()

    assert [shifted.workspace.thread(channel, ts)[1:] for ts in posted] == [(), ()]
    assert shifted.attempts == []


def test_vera_never_answers_herself(shifted: Deployment):
    channel, vera = shifted.channel(), f"<@{shifted.workspace.bot.id}>"
    direct = shifted.workspace.direct_message(shifted.person()).id
    client = WebClient(shifted.workspace.bot_token, base_url=shifted.playground.api_url)

    for where in (channel, direct):
        client.chat_postMessage(channel=where, text=f"{vera} am I alone?")
    shifted.settle()

    assert len(shifted.workspace.history_ts(channel)) == len(shifted.workspace.history_ts(direct)) == 1
    assert shifted.attempts == []


def test_what_people_do_to_their_questions_later_asks_nothing(shifted: Deployment):
    shifted.bedrock.say(WHOLE)
    question = shifted.whisper("When do you close?", who="ada")
    shifted.settle()

    shifted.workspace.edit("ada", question.channel, question.ts, "When do you open?")
    shifted.workspace.react("ada", question.channel, question.ts, "eyes")
    shifted.workspace.delete("ada", question.channel, question.ts)
    shifted.settle()

    assert shifted.attempts == ["ok"]
    assert len(shifted.requests) == 1


def test_a_mention_without_words_is_greeted(shifted: Deployment):
    question = shifted.ask("")
    shifted.settle()

    assert [one["text"] for one in shifted.said(question)] == ["Hi! Ask me something, and I'll answer in this thread."]
    assert shifted.requests == []


def test_a_group_of_people_is_answered_where_it_mentions_vera_and_only_there(shifted: Deployment):
    shifted.bedrock.say(WHOLE)
    group = shifted.workspace.direct_message(shifted.person(), shifted.person())
    who = next(member for member in group.members if member != shifted.workspace.bot.id)

    among_themselves = shifted.workspace.say(who, group.id, "Let us ask when they close.")
    shifted.settle()
    question = shifted.ask("When do you close?", who=who, where=group.id)
    shifted.settle()

    assert len(shifted.workspace.thread(group.id, among_themselves)) == 1
    assert [one["text"] for one in shifted.said(question)] == [WHOLE]
