"""All text can be read in all themes (WCAG 2: 4.5:1)."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from fieldtui.tui.theme import THEMES

LEAST = 4.5


def contrast(first: str, second: str) -> float:
    def luminance(color: str) -> float:
        parts = [part / 255 for part in Color.parse(color).rgb]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_tone_stands_out_from_every_ground(theme: Theme) -> None:
    tones = [theme.foreground, theme.primary, theme.success, theme.warning, theme.error, theme.variables["dim"]]
    for ground in (theme.background, theme.surface, theme.panel):
        for tone in tones:
            assert ground is not None
            assert tone is not None
            assert contrast(tone, ground) >= LEAST, (tone, ground)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_the_cursor_can_be_read_with_and_without_focus(theme: Theme) -> None:
    for kind in ("", "-blurred"):
        pair = theme.variables[f"block-cursor{kind}-foreground"], theme.variables[f"block-cursor{kind}-background"]
        assert contrast(*pair) >= LEAST, pair
