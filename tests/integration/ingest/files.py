"""Files that people upload, and files that they should not: made by hand, so that each is just what its test is about."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfReader, PdfWriter


def pdf_of(pages: Sequence[str]) -> bytes:
    """Return a PDF with one line of text a page."""
    streams = [f"BT /F1 12 Tf 72 720 Td ({page}) Tj ET".encode("latin-1") for page in pages]
    return pdf_with([b"<< /Length %d >>\nstream\n%s\nendstream" % (len(each), each) for each in streams])


def pdf_with(contents: Sequence[bytes]) -> bytes:
    """Return a PDF whose pages have these content streams, as objects."""
    count = len(contents)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(content)
    return _file_of(objects)


def encrypted_pdf(text: str) -> bytes:
    """Return a PDF that opens with a password only."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf_of([text]))))
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def scanned_pdf() -> bytes:
    """Return a PDF whose page shows a line and holds no text."""
    return pdf_with([b"<< /Length 18 >>\nstream\n10 10 m 90 90 l S\n\nendstream"])


def bomb_pdf(megabytes: int) -> bytes:
    """Return a PDF whose one page unpacks to so many megabytes of zeros."""
    packed = zlib.compress(bytes(megabytes * 1_048_576), 9)
    return pdf_with([b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)])


def _written(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def _file_of(objects: Sequence[bytes]) -> bytes:
    file, places = BytesIO(), []
    file.write(b"%PDF-1.4\n")
    for number, each in enumerate(objects, start=1):
        places.append(file.tell())
        file.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    table = file.tell()
    file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    file.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return file.getvalue()
