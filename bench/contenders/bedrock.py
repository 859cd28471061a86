"""The scripted Bedrock of the tests with answers for the bench, chosen by what the model is called.

`tokens-N` says N tokens of four characters at full speed, `paced-N` the same at 80 a second. The text is Markdown as a
model writes it; hardly two paragraphs are alike, so that none is rendered for the other. Run as a script: prints its
URL, serves until its stdin ends.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from fakes.scripted_bedrock import Part, Pause, Received, ScriptedBedrock, Stop, Used, found

TOKEN_CHARACTERS = 4
SECONDS_PER_TOKEN = 1 / 80
ANSWER = Path(__file__).with_name("answer.md").read_text()


def script(request: Received) -> list[Part]:
    kind, _, tokens = request.target.partition("-")
    text = answer(int(tokens) * TOKEN_CHARACTERS)
    deltas = [text[at : at + TOKEN_CHARACTERS] for at in range(0, len(text), TOKEN_CHARACTERS)]
    pause: list[Part] = [Pause(SECONDS_PER_TOKEN)] if kind == "paced" else []
    return [*(part for delta in deltas for part in (*pause, delta)), Stop(), Used(output_tokens=len(deltas))]


def answer(characters: int) -> str:
    parts = characters // len(ANSWER) + 1
    return "\n".join(ANSWER.replace("{n}", str(n)) for n in range(1, parts + 1))[:characters]


def passages(_: Received) -> dict[str, list[dict[str, object]]]:
    texts = ("The notice period is three months.", "Write two lines to the office.")
    return {"retrievalResults": [found(text, uri=f"s3://handbook/{n}.md") for n, text in enumerate(texts)]}


if __name__ == "__main__":
    with ScriptedBedrock(converse=script, retrieve=passages) as bedrock:
        sys.stdout.write(f"{bedrock.url}\n")
        sys.stdout.flush()
        sys.stdin.read()
