"""Three colour themes: dark (`fjord`), light (`lys`) and high contrast (`hoejkontrast`).

Text stands at 4.5:1 or better on its background in all three; colour never carries a meaning alone.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

FJORD: Final = Theme(
    name="fjord",
    dark=True,
    primary="#5cc8d7",
    secondary="#9ab8ff",
    accent="#f4bf5a",
    foreground="#e6edf3",
    background="#0f151c",
    surface="#141c25",
    panel="#1d2833",
    success="#7bd89a",
    warning="#f4bf5a",
    error="#ff8078",
    variables={
        "dim": "#9aa7b2",
        "block-cursor-foreground": "#0f151c",
        "block-cursor-background": "#5cc8d7",
        "block-cursor-blurred-background": "#24404a",
        "block-cursor-blurred-foreground": "#e6edf3",
        "border": "#3d5263",
        "border-blurred": "#2b3a47",
        "input-selection-background": "#5cc8d7 35%",
        "scrollbar": "#2b3a47",
        "scrollbar-background": "#141c25",
    },
)

LYS: Final = Theme(
    name="lys",
    dark=False,
    primary="#006476",
    secondary="#2f4aa8",
    accent="#8a5200",
    foreground="#17202a",
    background="#f6f8fa",
    surface="#ffffff",
    panel="#e7edf2",
    success="#14692f",
    warning="#8a5200",
    error="#b3261e",
    variables={
        "dim": "#55636f",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#006476",
        "block-cursor-blurred-background": "#c9dfe4",
        "block-cursor-blurred-foreground": "#17202a",
        "border": "#7b8c99",
        "border-blurred": "#b7c3cc",
        "input-selection-background": "#006476 30%",
        "scrollbar": "#b7c3cc",
        "scrollbar-background": "#ffffff",
    },
)

HIGH_CONTRAST: Final = Theme(
    name="hoejkontrast",
    dark=True,
    primary="#ffff00",
    secondary="#00ffff",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#00ff00",
    warning="#ffff00",
    error="#ff6666",
    variables={
        "dim": "#d8d8d8",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffff00",
        "block-cursor-blurred-background": "#404000",
        "block-cursor-blurred-foreground": "#ffffff",
        "border": "#ffffff",
        "border-blurred": "#c0c0c0",
        "input-selection-background": "#ffff00 40%",
        "scrollbar": "#c0c0c0",
        "scrollbar-background": "#000000",
    },
)

THEMES: Final = (FJORD, LYS, HIGH_CONTRAST)
DEFAULT: Final = FJORD.name
