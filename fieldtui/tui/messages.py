"""What screens and widgets tell the app. Names are in the past tense: they say what happened."""

from __future__ import annotations

from textual.message import Message


class TabPicked(Message):
    """A tab of the top row was clicked."""

    def __init__(self, screen: str) -> None:
        super().__init__()
        self.screen = screen


class HintPicked(Message):
    """A hint in the footer was clicked; it stands for pressing the key."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
