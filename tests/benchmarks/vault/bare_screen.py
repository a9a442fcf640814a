"""The floor of blanking a screen: the smallest Textual program that shows a word on every line and takes it away at a key."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """Text, until `b`."""

    def compose(self) -> ComposeResult:
        yield Static("\n".join(f"naal {number}" for number in range(28)), markup=False)

    def on_key(self) -> None:
        """Empty the screen."""
        self.query_one(Static).update("")


if __name__ == "__main__":
    Bare().run()
