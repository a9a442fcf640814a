"""Draw all screens at 100×30 in Danish as PNG: `python -m tests.tools.screens docs/screens`.

Made-up people, a fixed clock, a real vault in a temporary folder. Needs the development requirement resvg-py and one installed
monospace font.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from fieldtui.base.i18n import set_language
from fieldtui.base.ids import SeededIds
from fieldtui.services.workspace import Workspace
from fieldtui.tui import terminal
from fieldtui.tui.app import FieldtuiApp
from fieldtui.tui.lockscreen import LockScreen
from tests.support.training import MORNING, a_morning
from tests.tui.support import press, settle, shows

SIZE: Final = (100, 30)
WIDTH: Final = 1200
"""Pixels."""
_FONTS: Final = (
    ("DejaVu Sans Mono", "DejaVuSansMono.ttf"),
    ("Liberation Mono", "LiberationMono-Regular.ttf"),
    ("Noto Sans Mono", "NotoSansMono-Regular.ttf"),
    ("Menlo", "Menlo.ttc"),
    ("Consolas", "consola.ttf"),
)
_FOLDERS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)


def installed_font() -> tuple[str, Path]:
    """Name and folder of a monospace font of this machine.

    Raises:
        SystemExit: There is none; says what to install.
    """
    for folder in map(Path, _FOLDERS):
        for name, file in _FONTS:
            found = next(folder.rglob(file), None) if folder.is_dir() else None
            if found is not None:
                return name, found.parent
    names = ", ".join(name for name, _file in _FONTS)
    raise SystemExit(
        f"No monospace font is installed here. Install one of: {names} (Debian: apt-get install fonts-dejavu-core)"
    )


def to_png(svg: str, font: str, folder: Path) -> bytes:
    """Textual's SVG as PNG, in an installed font."""
    import resvg_py

    svg = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code", font).replace("font-family: monospace", f"font-family: {font}")
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, width=WIDTH, font_family=font, monospace_family=font, font_dirs=[str(folder)]
        )
    )


def scenes(workspace: Workspace) -> list[tuple[str, tuple[Any, ...], tuple[str, ...]]]:
    """Name of the picture, route and arguments, keys to press first."""
    today = MORNING.date()
    board = workspace.lookup.bridging(today)
    citizen_id = next((row.citizen.id for row in board if row.stage != "ended"), workspace.lookup.citizens(today)[0].id)
    company_id = workspace.lookup.companies(today)[0].id
    return [
        ("idag", ("idag",), ()),
        ("borgere", ("borgere",), ()),
        ("borgerkort", ("borgerkort", citizen_id), ()),
        ("borgerkort-notater", ("borgerkort", citizen_id), ("right", "right", "right")),
        ("referat", ("borgerkort", citizen_id), ("m", *"Mødte til tiden.")),
        ("kalender", ("kalender",), ()),
        ("aftale", ("kalender",), ("right", "n", *"ali")),
        ("virksomheder", ("virksomheder",), ()),
        ("virksomhedskort", ("virksomhedskort", company_id), ()),
        ("match", ("match",), ()),
        ("brobygning", ("brobygning",), ()),
        ("synk", ("synk",), ("left",)),
        ("rapport", ("rapport",), ("down",)),
        ("eksport", ("eksport",), ()),
        ("hurtig", ("idag",), ("plus", *"samtale i morgen 10")),
        ("soeg", ("idag",), ("ctrl+p", *"so")),
        ("hjaelp", ("idag",), ("f1",)),
        ("beskeder", ("idag",), ("f", "f7")),
    ]


def lock_screen() -> str:
    """The lock screen as SVG: what its ANSI leaves on a terminal."""
    screen = pyte.Screen(*SIZE)
    stream = pyte.Stream(screen)
    with patch.object(terminal, "size", lambda: SIZE), patch.object(terminal, "write", stream.feed):
        LockScreen("Låst: 5 min. uden aktivitet").draw()
    console = Console(width=SIZE[0], record=True, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for row in range(SIZE[1]):
        line = Text()
        for column in range(SIZE[0]):
            cell = screen.buffer[row][column]
            ground, ink = (f"#{colour}" if colour != "default" else None for colour in (cell.bg, cell.fg))
            line.append(cell.data, Style(color=ink, bgcolor=ground))
        console.print(line, end="\n" if row < SIZE[1] - 1 else "")
    return console.export_svg(title="fieldtui")


async def other_roles(target: Path, font: str, folder: Path) -> int:
    """A leader's Team and a treatment worker's I dag, each on a device of its own at a real office; how many were drawn."""
    from tests.support.teamoffice import an_office_of_roles

    count = 0
    with tempfile.TemporaryDirectory() as place, an_office_of_roles(Path(place)) as devices:
        for name, initials, words, keys in (
            ("team", "LE", "Maskiner", ()),
            ("team-syg", "LE", "Maskiner", ("down", "down", "s", *"mh", "tab", *"sk", "ctrl+s")),
            ("behandlerdag", "BH", "dag ", ()),
        ):
            device = devices[initials]
            workspace = device.workspace
            app = FieldtuiApp(workspace.folder, clock=device.clock, ids=SeededIds(name), workspace=workspace)
            async with app.run_test(size=SIZE, notifications=False) as pilot:
                await shows(app, pilot, words)
                await press(pilot, *keys)
                (target / f"{name}.png").write_bytes(to_png(app.export_screenshot(title="fieldtui"), font, folder))
                count += 1
    return count


async def draw(target: Path) -> int:
    """Draw every picture; returns how many."""
    font, folder = installed_font()
    (target / "laas.png").write_bytes(to_png(lock_screen(), font, folder))
    count = 1
    with tempfile.TemporaryDirectory() as place:
        workspace, clock = a_morning(Path(place))
        guide = FieldtuiApp(Path(place) / "new", clock=clock, ids=SeededIds("velkommen"))
        async with guide.run_test(size=SIZE, notifications=False) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            (target / "velkommen.png").write_bytes(to_png(guide.export_screenshot(title="fieldtui"), font, folder))
            count += 1
        with workspace:
            for name, route, keys in scenes(workspace):
                app = FieldtuiApp(workspace.folder, clock=clock, ids=SeededIds(name), workspace=workspace)
                async with app.run_test(size=SIZE, notifications=False) as pilot:
                    await settle(pilot)
                    if route != ("idag",):
                        app.go(*route)
                    await settle(pilot)
                    await press(pilot, *(_KEY.get(key, key) for key in keys))
                    (target / f"{name}.png").write_bytes(to_png(app.export_screenshot(title="fieldtui"), font, folder))
                    count += 1
    return count + await other_roles(target, font, folder)


_KEY: Final = {" ": "space", ".": "full_stop", "ø": "ø", "M": "M"}


def main() -> None:
    """Draw into the folder that is named."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.tools.screens FOLDER")
    set_language("da")
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    count = asyncio.run(draw(target))
    sys.stdout.write(f"{count} pictures in {sys.argv[1]}\n")


if __name__ == "__main__":
    main()
