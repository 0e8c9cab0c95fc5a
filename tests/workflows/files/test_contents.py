"""What is shown of a file, by what it holds."""

import sys
import time
from collections.abc import Callable
from io import BytesIO

import anyio
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter

from sandbox.domain.file_contents import make_pdf
from tests.workflows.files import sample_files as samples
from workflows.files import contents
from workflows.files.contents import FileContents, read_contents
from workflows.files.decoder import LONG_SIDE, MOST_BYTES, MOST_PAGES

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def read(content: bytes, name: str = "file", **options: bool) -> FileContents:
    async def call() -> FileContents:
        return await read_contents(content, name, **options)

    return anyio.run(call)


def open_picture(shown: FileContents) -> Image.Image:
    assert shown.picture, shown.note
    return Image.open(BytesIO(shown.picture))


def is_near(pixel: object, colour: tuple[int, ...]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=False))


PICTURES: list[tuple[str, Callable[[], bytes], str]] = [
    ("png", lambda: samples.save(samples.draw(), "PNG"), "PNG"),
    ("palette png", lambda: samples.save(samples.draw("P"), "PNG"), "PNG"),
    ("transparent png", lambda: samples.save(samples.draw("RGBA"), "PNG"), "PNG"),
    ("jpeg", lambda: samples.save(samples.draw(), "JPEG"), "JPEG"),
    ("cmyk jpeg", lambda: samples.save(samples.draw("CMYK"), "JPEG"), "JPEG"),
    ("webp", lambda: samples.save(samples.draw(), "WEBP"), "JPEG"),
    ("bmp", lambda: samples.save(samples.draw(), "BMP"), "PNG"),
    ("gif", lambda: samples.save(samples.draw("P"), "GIF"), "PNG"),
]


@pytest.mark.parametrize(("make", "kind"), [case[1:] for case in PICTURES], ids=[case[0] for case in PICTURES])
def test_a_picture_is_shown_in_its_colours_whatever_it_is_called(make: Callable[[], bytes], kind: str) -> None:
    shown = read(make(), "report.txt")

    picture = open_picture(shown)
    assert picture.format == kind
    assert (shown.width, shown.height, *picture.size) == (400, 300, 400, 300)
    assert is_near(picture.convert("RGB").getpixel((20, 20)), RED)
    assert is_near(picture.convert("RGB").getpixel((380, 280)), BLUE)


def test_a_photo_is_upright_and_without_what_the_camera_noted() -> None:
    content = samples.photo_on_its_side()
    assert samples.PLACE.encode() in content

    shown = read(content, "photo.jpg")

    picture = open_picture(shown)
    assert picture.size == (200, 400)
    assert is_near(picture.getpixel((180, 20)), RED)
    assert shown.picture
    assert samples.PLACE.encode() not in shown.picture
    assert dict(picture.getexif()) == {}
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_photo_whose_notes_are_damaged_is_shown_all_the_same() -> None:
    content = samples.photo_on_its_side()
    place = content.index(b"Exif\0\0") + 6
    damaged = content[:place] + b"\xff" * 40 + content[place + 40 :]

    assert open_picture(read(damaged)).size == (400, 200)


def test_a_scan_with_16_bits_keeps_its_greys() -> None:
    scan = Image.frombytes("I;16", (40, 20), (b"\x00\xc0" * 20 + b"\x00\x40" * 20) * 20)

    picture = open_picture(read(samples.save(scan, "PNG")))

    assert is_near(picture.getpixel((5, 5)), (0xC0, 0xC0, 0xC0))
    assert is_near(picture.getpixel((35, 5)), (0x40, 0x40, 0x40))


def test_a_long_strip_stays_a_strip() -> None:
    shown = read(samples.save(Image.new("RGB", (3, 20_000), RED), "PNG"))

    assert open_picture(shown).size == (1, LONG_SIDE)


def test_a_colour_profile_and_texts_of_a_png_are_left_behind() -> None:
    notes = PngInfo()
    notes.add_text("Comment", samples.PLACE)
    content = samples.save(samples.draw(), "PNG", pnginfo=notes, icc_profile=b"profile", dpi=(300, 300))

    shown = read(content)

    assert open_picture(shown).info == {}


def test_of_an_animation_the_first_frame_is_shown() -> None:
    shown = read(samples.animation(), "wave.gif")

    assert shown.animated
    assert open_picture(shown).size == (64, 64)
    assert getattr(open_picture(shown), "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_made_smaller(kind: str) -> None:
    shown = read(samples.save(samples.draw(size=(5000, 2500)), kind))

    assert (shown.width, shown.height) == (5000, 2500)
    assert open_picture(shown).size == (shown.shown_width, shown.shown_height) == (LONG_SIDE, LONG_SIDE // 2)
    assert is_near(open_picture(shown).convert("RGB").getpixel((20, 20)), RED)


def test_a_picture_that_stays_too_long_as_png_becomes_a_jpeg() -> None:
    shown = read(samples.noise(1600))

    assert shown.picture
    assert open_picture(shown).format == "JPEG"
    assert len(shown.picture) <= MOST_BYTES


def test_what_is_transparent_is_white_where_there_is_no_transparency() -> None:
    picture = Image.effect_noise((1500, 1500), 90).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 200, 200))

    shown = read(samples.save(picture, "PNG", compress_level=1))

    assert open_picture(shown).format == "JPEG"
    assert is_near(open_picture(shown).getpixel((20, 20)), WHITE)


UNREADABLE: list[tuple[str, bytes, str, str]] = [
    ("too many pixels", samples.bomb(30_000, 30_000), "photo.png", "30000 x 30000 pixels"),
    ("fewer bytes than pixels", samples.bomb(7_900, 8_000), "photo.png", "damaged"),
    ("half a picture", samples.save(samples.draw(), "JPEG")[:900], "photo.jpg", "damaged"),
    ("only a beginning", b"\x89PNG\r\n\x1a\n", "photo.png", "damaged"),
    ("a web page as a picture", samples.HTML, "photo.png", "web page"),
    ("a web page", samples.HTML, "page.html", "web page"),
    ("a web page after a comment", b"\xef\xbb\xbf <!-- x -->\n" + samples.HTML, "page.txt", "web page"),
    ("a drawing", samples.SVG, "logo.svg", "SVG"),
    ("a drawing as XML", b'<?xml version="1.0"?>' + samples.SVG, "logo.xml", "SVG"),
    ("a drawing as a picture", samples.SVG, "logo.png", "SVG"),
    ("text as a picture", b"Hello", "photo.png", "is none that can be shown"),
    ("nothing", b"", "photo.png", "empty"),
    ("only a mark", b"\xef\xbb\xbf", "note.txt", "empty"),
    ("a program", b"MZ\x90\x00\x03\x00\x00\x00", "setup.exe", "of this kind"),
    ("text with zeros", b"Hello\x00there", "note.txt", "of this kind"),
    ("half a PDF", make_pdf(["Hello"])[:60], "bill.pdf", "damaged"),
    ("a PDF without a page", b"%PDF-1.4\n%%EOF", "bill.pdf", "damaged"),
]


@pytest.mark.parametrize(("content", "name", "why"), [case[1:] for case in UNREADABLE], ids=[c[0] for c in UNREADABLE])
def test_what_cannot_be_shown_says_why(content: bytes, name: str, why: str) -> None:
    shown = read(content, name)

    assert why in shown.note
    assert (shown.picture, shown.lines) == (None, ())


TEXTS: list[tuple[str, bytes]] = [
    ("ascii", b"Hello"),
    ("utf-8", "Привет, мир".encode()),
    ("utf-8 with a mark", "Привет".encode("utf-8-sig")),
    ("utf-16", "Привет".encode("utf-16")),
    ("utf-16 the other way round", b"\xfe\xff" + "Привет".encode("utf-16-be")),
    ("windows-1251", "Привет".encode("cp1251")),
]


@pytest.mark.parametrize("content", [case[1] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_text_is_read_in_the_encodings_that_clients_use(content: bytes) -> None:
    for name in ("note.txt", "table.csv", "without ending", "a.pdf"):
        assert read(content, name).lines in {("Hello",), ("Привет",), ("Привет, мир",)}


def test_long_lines_are_broken_and_long_texts_end() -> None:
    shown = read(b"a" * 2500 + b"\r\nend\n")
    assert [len(line) for line in shown.lines] == [1000, 1000, 500, 3]
    assert read(b"see <html> and <script>").lines == ("see <html> and <script>",)
    long = read(b"line\n" * 100_000)
    assert (len(long.lines), long.note) == (80_000, "only its first 400,000 characters are read")


def test_the_text_of_a_pdf_is_read() -> None:
    shown = read(make_pdf(samples.LETTER.splitlines()), "letter.pdf")

    assert [line.strip() for line in shown.lines] == samples.LETTER.splitlines()
    assert (shown.kind, shown.pages, shown.pages_read, shown.note) == ("pdf", 1, 1, "")


def _write(writer: PdfWriter) -> bytes:
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def test_a_locked_pdf_says_so_and_one_that_opens_without_a_password_is_read() -> None:
    for password, note in (("secret", "it is locked with a password"), ("", "")):
        writer = PdfWriter(PdfReader(BytesIO(make_pdf(["Hello"]))))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        assert read(_write(writer), "locked.pdf").note == note


def test_of_a_very_long_pdf_only_the_first_pages_are_read() -> None:
    writer, page = PdfWriter(), PdfReader(BytesIO(make_pdf(["Hello"]))).pages[0]
    for _ in range(MOST_PAGES + 5):
        writer.add_page(page)

    shown = read(_write(writer), "book.pdf")

    assert (shown.pages, shown.pages_read) == (MOST_PAGES + 5, MOST_PAGES)


def test_a_pdf_without_text_says_so() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)

    assert read(_write(writer), "scan.pdf").note == "it holds no text: a scan, perhaps"


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "SECONDS", 0.01)
    began = time.monotonic()

    assert read(samples.noise(1600)).note == "it takes too long to be read"
    assert time.monotonic() - began < 10


def test_other_work_goes_on_while_a_picture_is_read() -> None:
    async def story() -> int:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await anyio.sleep(0.005)
                beats += 1

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(beat)
            await read_contents(samples.noise(1600), "noise.png")
            tasks.cancel_scope.cancel()
        return beats

    assert anyio.run(story) > 5


@pytest.mark.parametrize(("library", "content"), [("PIL", samples.save(samples.draw(), "PNG")), ("pypdf", b"%PDF-1.4")])
def test_without_the_extra_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, library: str, content: bytes
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    assert "pip install 'bitrix24-openchannels-mcp[files]'" in read(content).note
    assert read(b"Hello").lines == ("Hello",)


def test_where_personal_data_are_hidden_no_picture_is_shown() -> None:
    shown = read(samples.save(samples.draw(), "PNG"), shows_pictures=False)

    assert (shown.picture, shown.kind) == (None, "picture")
    assert "personal data are hidden" in shown.note
