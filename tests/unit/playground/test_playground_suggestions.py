"""What a newcomer is offered to ask is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from vera import Settings, Vera
from vera.local.model import PassageModel
from vera.playground.suggestions import OF_VERA, suggested
from vera.settings import EMBEDDED, FOLDER

ROOT = Path(__file__).parents[3]
OURS = ROOT / "docs"
BEDROCK = "eu.anthropic.scripted-v1:0"


def settings(folder: Path, model: str = EMBEDDED, *, index: Path) -> Settings:
    return Settings(model_id=model, knowledge_base_ids=(f"{FOLDER}{folder}",), database=str(index / "vera.sqlite3"))


@pytest.mark.parametrize("question", OF_VERA)
def test_each_question_about_vera_has_an_answer_with_a_source(question: str, tmp_path: Path):
    with Vera(settings(OURS, index=tmp_path), model=PassageModel()) as vera:
        answer = vera.ask(question)

    assert "Sources" in answer.footer


def test_veras_own_documentation_has_questions_of_its_own(tmp_path: Path):
    assert suggested(settings(OURS, index=tmp_path), [OURS]) == OF_VERA


def test_another_folder_called_docs_is_not_veras(tmp_path: Path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "frost.md").write_text(
        "# Frost warning\n\nA frost warning goes out when the leaf is colder than one degree.\n"
    )

    assert suggested(settings(folder, index=tmp_path), [folder]) == ("What should I know about “Frost warning”?",)


def test_questions_about_other_documents_are_answered_by_the_embedded_model(tmp_path: Path):
    folder = ROOT / "tests/documents"
    chosen = settings(folder, index=tmp_path)

    questions = suggested(chosen, [folder])

    assert len(questions) == 3
    with Vera(chosen, model=PassageModel()) as vera:
        assert all("Sources" in vera.ask(question).footer for question in questions)


def test_what_the_embedded_model_finds_nothing_on_is_not_offered(tmp_path: Path):
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "empty.md").write_text("# Quarterly planning\n")

    assert suggested(settings(folder, index=tmp_path), [folder]) == ()
    assert suggested(settings(folder, BEDROCK, index=tmp_path), [folder]) == ()


def test_a_language_model_is_asked_nothing_beforehand(tmp_path: Path):
    folder = ROOT / "tests/documents"

    questions = suggested(settings(folder, BEDROCK, index=tmp_path), [folder])

    assert len(questions) == 3


def test_without_documents_only_a_language_model_has_something_to_say():
    assert suggested(Settings(model_id=EMBEDDED), []) == ()
    assert len(suggested(Settings(model_id=BEDROCK), [])) == 3
