from __future__ import annotations

from hypothesis import given, strategies as st

from shared.knowledge.passages import PASSAGE_CHARACTERS, split_into_passages


def test_short_paragraphs_share_a_passage() -> None:
    assert split_into_passages("One.\n\nTwo.\n \n\nThree.") == ["One.\n\nTwo.\n\nThree."]


def test_a_passage_ends_at_a_paragraphs_border() -> None:
    first, second = "a" * 500, "b" * 500
    assert split_into_passages(f"{first}\n\n{second}") == [first, second]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentence = "This sentence is exactly as long as it is, and no longer than that."
    passages = split_into_passages(" ".join([sentence] * 30))
    assert len(passages) > 1
    assert all(passage.endswith("that.") for passage in passages)


def test_a_long_sentence_is_cut_between_words_and_a_long_word_anywhere() -> None:
    assert split_into_passages("abc def ghi", longest=7) == ["abc def", "ghi"]
    assert split_into_passages("abcdefghij", longest=4) == ["abcd", "efgh", "ij"]


def test_an_empty_text_has_no_passages() -> None:
    assert split_into_passages(" \n\n\t ") == []


@given(st.text(alphabet="ab .\n", max_size=3000))
def test_no_passage_is_empty_or_too_long_and_no_word_is_lost(text: str) -> None:
    passages = split_into_passages(text)
    assert all(0 < len(passage) <= PASSAGE_CHARACTERS for passage in passages)
    assert "".join("".join(passages).split()) == "".join(text.split())


def test_lines_of_a_long_paragraph_stay_lines() -> None:
    lines = "\n".join(f"- Point {number} of the list" for number in range(60))

    assert all(line.startswith("- Point") for passage in split_into_passages(lines) for line in passage.splitlines())


def test_each_passage_of_a_long_table_begins_with_its_header() -> None:
    rows = [f"Lamp {number},{number}.90,in stock" for number in range(100)]
    passages = split_into_passages("\n".join(["Name,Price,Stock", *rows]))

    assert len(passages) > 1
    assert all(passage.startswith("Name,Price,Stock\n") for passage in passages)
    assert [row for passage in passages for row in passage.splitlines()[1:]] == rows
    assert all(len(passage) <= PASSAGE_CHARACTERS for passage in passages)
