"""Files into blocks: structure is kept, what nobody sees is left out, bytes of any encoding become text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from shared.domain.documents import ReadingFault, ReadingLimits, reading_reason
from shared.knowledge.reading.errors import CannotReadError
from shared.knowledge.reading.formats import Format, format_of
from shared.knowledge.reading.read import read_file
from shared.knowledge.reading.text import decode

LIMITS = ReadingLimits(pages=3, characters=100_000, passages_of_bot=1_000, cpu_seconds=1, memory_mb=1)


def texts(content: str | bytes, name: str) -> list[str]:
    raw = content.encode() if isinstance(content, str) else content
    read = read_file(raw, name, LIMITS, lambda _read, _of: None)
    assert isinstance(read, list), read
    return [" > ".join((*passage.path, passage.text)) for passage in read]


def test_markdown_keeps_headings_lists_tables_code_and_the_addresses_of_links() -> None:
    read = texts(
        "# Shop\n\nSee [the map](https://example.com/map).\n\n1. Ring\n2. Enter\n\n## Prices\n\n"
        "| Tea | Coffee |\n|---|---|\n| 3.50 | 4.20 |\n\n```\nfor x:\n    y\n```\n",
        "shop.md",
    )
    assert read == [
        "Shop > See the map (https://example.com/map).\n\n1. Ring\n2. Enter",
        "Shop > Prices > Tea: 3.50\nCoffee: 4.20\n\nfor x:\n    y",
    ]


def test_html_leaves_out_what_nobody_reads() -> None:
    page = (
        "<head><title>T</title><style>s</style></head><nav>Home</nav><script>x</script><h2>Hours</h2>"
        "<p>Nine<br>to <b>six</b><!-- never --><template>t</template><ul><li>Monday<ul><li>noon</ul></ul>after"
    )
    assert texts(page, "a.html") == ["Hours > Nine\nto six\n\n- Monday\n- noon\n\nafter"]


def test_a_table_without_names_of_columns_keeps_its_cells_and_one_of_names_alone_is_not_lost() -> None:
    assert texts("<table><tr><td>a<p>b<td>c</table>", "a.html") == ["a b | c"]
    assert texts("<table><tr><th>a<th>b</table>", "a.html") == ["a | b"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_rows_bear_the_names_of_their_columns(delimiter: str) -> None:
    rows = [("name", "note"), ("Tea", "hot"), ("Milk", ""), ("", "cold")]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    assert texts(content, "a.csv") == ["name: Tea\nnote: hot\n\nname: Milk\n\nnote: cold"]


def test_a_field_of_several_lines_and_a_cell_too_many_stay_in_their_row() -> None:
    assert texts('a,b\n"one\ntwo, three",x,more\n', "a.csv") == ["a: one two, three\nb: x\nmore"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_the_encoding_that_it_came_in(encoding: str) -> None:
    text = "Über den Fluss und durch die Wälder führt der Weg; für größere Gäste gibt es Kaffee."
    assert texts(text.encode(encoding), "a.txt") == [text]


def test_a_page_is_read_in_the_encoding_that_it_names() -> None:
    page = '<meta charset="iso-8859-5"><p>Мы открываемся в девять.'
    assert texts(page.encode("iso-8859-5"), "a.html") == ["Мы открываемся в девять."]


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"%PDF-1.4", "report.txt", Format.PDF),
        (b"<!DOCTYPE html><p>x", "page", Format.HTML),
        (b"words", "notes", Format.TEXT),
        (b"words", "notes.docx", Format.TEXT),
        (b"a,b", "A.CSV", Format.CSV),
        (b"# x", "a.markdown", Format.MARKDOWN),
    ],
)
def test_a_files_first_bytes_decide_and_then_its_name(content: bytes, name: str, found: Format) -> None:
    assert format_of(content, name) is found


@pytest.mark.parametrize("content", [b"{\\rtf1 words}", b"PK\x03\x04", b"\x89PNG\r\n", b"\xd0\xcf\x11\xe0words"])
def test_what_only_looks_like_a_text_is_refused(content: bytes) -> None:
    with pytest.raises(CannotReadError) as refused:
        format_of(content, "a.txt")
    assert refused.value.fault is ReadingFault.UNSUPPORTED


def test_control_characters_make_no_text() -> None:
    with pytest.raises(CannotReadError):
        decode(b"\x01\x02words" * 20)


def test_a_nul_in_a_text_becomes_a_mark() -> None:
    assert texts(b"words \x00 " + b"more words " * 20, "a.txt")[0].startswith("words \ufffd more")


@settings(max_examples=200)
@given(st.binary(max_size=2_000), st.sampled_from(["a.txt", "a.md", "a.html", "a.csv", "a.pdf", "a"]))
def test_any_bytes_give_passages_or_a_fault(content: bytes, name: str) -> None:
    read = read_file(content, name, LIMITS, lambda _read, _of: None)
    assert isinstance(read, ReadingFault) or read


@given(st.text(max_size=2_000), st.sampled_from(["a.md", "a.html", "a.csv", "a.txt"]))
def test_any_text_gives_passages_or_a_fault(text: str, name: str) -> None:
    read = read_file(text.encode(errors="replace"), name, LIMITS, lambda _read, _of: None)
    assert isinstance(read, ReadingFault) or read


def test_every_fault_has_a_sentence_that_names_the_fix() -> None:
    for fault in ReadingFault:
        sentence = reading_reason(fault, LIMITS)
        assert "{" not in sentence
        assert sentence.count(".") >= 1
        assert any(word in sentence for word in ("upload", "delete", "try again")), sentence
