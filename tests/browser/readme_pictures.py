"""Takes the README's pictures from those that the browser tests kept: `make screenshots`."""

from __future__ import annotations

from PIL import Image

from tests.browser.window import SCREENSHOTS

FOLDER = SCREENSHOTS.parents[1] / "docs" / "screenshots"
PICTURES = {"overview": "overview-many-light", "keys": "keys-many-dark", "bot": "bot-chat-light"}
COLOURS = 64
MOST_HEIGHT = 900


def main() -> None:
    """Write each picture with few colours and, of a long page, its beginning."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, source in PICTURES.items():
        with Image.open(SCREENSHOTS / f"{source}.png") as picture:
            shown = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, MOST_HEIGHT)))
            shown.quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
