from __future__ import annotations

from hypothesis import given, strategies as st

from shared.knowledge.blocks import Block, BlockKind
from shared.knowledge.headed_passages import headed_passages
from shared.knowledge.passages import PASSAGE_CHARACTERS
from shared.knowledge.sections import LONGEST_HEADING, SectionPassage, cut_into_passages

TEXTS = st.text(alphabet="ab .\n\t:|", min_size=1, max_size=2_000)
BLOCKS = st.builds(Block, st.sampled_from(BlockKind), TEXTS, st.integers(1, 6))


def heading(text: str, level: int) -> Block:
    return Block(BlockKind.HEADING, text, level)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def test_a_passage_knows_the_headings_that_it_stands_under() -> None:
    blocks = [
        paragraph("Before."),
        heading("Returns", 1),
        paragraph("In general."),
        heading("Refunds", 2),
        paragraph("In money."),
        heading("Delivery", 1),
        paragraph("By post."),
    ]
    assert cut_into_passages(blocks) == [
        SectionPassage((), "Before."),
        SectionPassage(("Returns",), "In general."),
        SectionPassage(("Returns", "Refunds"), "In money."),
        SectionPassage(("Delivery",), "By post."),
    ]


def test_a_heading_over_nothing_is_a_text_of_its_own() -> None:
    blocks = [heading("Top", 1), heading("Empty", 2), heading("Full", 2), paragraph("Words.")]
    assert cut_into_passages(blocks) == [
        SectionPassage(("Top",), "Empty"),
        SectionPassage(("Top", "Full"), "Words."),
    ]


def test_a_paragraph_in_large_letters_is_a_paragraph() -> None:
    large = "word " * 30
    assert len(large) > LONGEST_HEADING
    assert cut_into_passages([heading(large, 1)]) == [SectionPassage((), large.strip())]


def test_rows_are_not_cut_and_share_a_passage_while_they_fit() -> None:
    rows = [Block(BlockKind.ROW, f"name: {number}\ntext: " + "x" * 290) for number in range(5)]
    texts = [passage.text for passage in cut_into_passages(rows)]
    assert [text.count("name:") for text in texts] == [2, 2, 1]
    assert all(text.startswith("name:") for text in texts)


def test_code_stays_whole_while_it_fits_and_is_cut_between_lines_else() -> None:
    short = Block(BlockKind.CODE, "if a:\n    b()")
    long = Block(BlockKind.CODE, "\n".join(f"    line({number:03})" for number in range(100)))
    assert [passage.text for passage in cut_into_passages([paragraph("x" * 790), short])][1] == short.text
    texts = [passage.text for passage in cut_into_passages([long])]
    assert len(texts) > 1
    assert "\n".join(texts) == long.text


def test_items_of_a_list_stand_line_by_line() -> None:
    items = [Block(BlockKind.ITEM, "- a"), Block(BlockKind.ITEM, "- b"), paragraph("c")]
    assert [passage.text for passage in cut_into_passages(items)] == ["- a\n- b\n\nc"]


def test_a_title_that_the_first_heading_repeats_is_said_once() -> None:
    passages = [
        SectionPassage(("returns", "Refunds"), "a"),
        SectionPassage(("Delivery",), "b"),
        SectionPassage((), "c"),
    ]
    assert [each.title for each in headed_passages("Returns", passages)] == [
        "returns > Refunds",
        "Returns > Delivery",
        "Returns",
    ]


@given(st.lists(BLOCKS, max_size=12))
def test_no_text_is_lost_and_no_passage_is_empty_or_too_long(blocks: list[Block]) -> None:
    passages = cut_into_passages(blocks)
    texts = [passage.text for passage in passages]
    said = {heading for passage in passages for heading in passage.path} | set(texts)
    assert all(0 < len(text) <= PASSAGE_CHARACTERS and text.strip() for text in texts)
    bodies = [b.text for b in blocks if b.kind is not BlockKind.HEADING or len(b.text) > LONGEST_HEADING]
    assert _letters("".join(bodies)) <= _letters("".join(texts))
    headings = [b.text for b in blocks if b.kind is BlockKind.HEADING and len(b.text) <= LONGEST_HEADING]
    assert all(each in said or each.strip() in said or not each.strip() for each in headings)


@given(st.lists(st.builds(Block, st.sampled_from((BlockKind.PARAGRAPH, BlockKind.CODE, BlockKind.ROW)), TEXTS)))
def test_without_headings_the_passages_are_the_text_in_order(blocks: list[Block]) -> None:
    texts = [passage.text for passage in cut_into_passages(blocks)]
    assert "".join("".join(texts).split()) == "".join("".join(block.text for block in blocks).split())


def _letters(text: str) -> int:
    return len("".join(text.split()))
