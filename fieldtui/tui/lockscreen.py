"""The lock screen, in plain ANSI: painted before anything heavy is imported, and without a name on it.

The passphrase is collected in a buffer that is wiped; it is never part of a string here unless a person asks to see it.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from typing import Final

from fieldtui.base.i18n import _, language, set_language
from fieldtui.base.text import clean
from fieldtui.tui import terminal

ACCENT: Final = "\x1b[38;2;92;200;215m"
TEXT: Final = "\x1b[38;2;230;237;243m"
DIM: Final = "\x1b[38;2;154;167;178m"
WARN: Final = "\x1b[38;2;244;191;90m"
GROUND: Final = "\x1b[48;2;15;21;28m"
_WIDEST: Final = 58
_LONGEST_BYTES: Final = 512
_CAPS_AFTER: Final = 4
_BLINK_SECONDS: Final = 0.25
_WHERE_DANISH_LETTERS_ARE: Final = frozenset(b"[;'")
"""What a US keyboard writes with the keys that write å, æ and ø on a Danish one."""


class LockScreen:
    """Draws, and collects a passphrase. What opens the vault is the caller's."""

    def __init__(self, reason: str = "", *, training_passphrase: str = "", reading: bool = False) -> None:
        """Args:
        reason: Why the vault is locked, in the language it was said in; the only thing said about it.
        training_passphrase: The one everybody may know, of a vault with nobody real in it.
        reading: The vault is to be read only.
        """
        self.reading = reading
        """True where the person wants to read the vault only, whatever is wrong with it."""
        self._may_read = reading
        self.buffer = bytearray()
        self._reason = reason
        self._training_passphrase = training_passphrase
        self._message = ""
        self._until = 0.0
        self._shown = False
        self._help = False
        self._size = (0, 0)

    # --- what is typed ----------------------------------------------------------------------------

    def wipe(self) -> None:
        """Forget what was typed."""
        self.buffer[:] = bytes(len(self.buffer))
        self.buffer.clear()

    def normalised(self) -> bytearray:
        """The passphrase in the form every keyboard agrees on (NFKC, UTF-8), in a buffer of its own."""
        if self.buffer.isascii():
            return bytearray(self.buffer)
        return bytearray(unicodedata.normalize("NFKC", self.buffer.decode("utf-8", "replace")).encode())

    def take(self, key: str | bytes) -> str | None:
        """Apply a key.

        Returns:
            `submit`, `forgot`, `quit`, or `None` where there is nothing more to do.
        """
        if isinstance(key, bytes):
            if len(self.buffer) < _LONGEST_BYTES:
                self.buffer.extend(key)
            self._message = ""
        elif key == "backspace":
            while self.buffer and self.buffer.pop() & 0xC0 == 0x80:
                pass
        elif key == "clear":
            self.wipe()
        elif key == "enter":
            return "submit" if self.buffer and not self.waits() else None
        else:
            self._switch(key)
            return {"f3": "forgot", "quit": "quit", "closed": "quit"}.get(key)
        return None

    def _switch(self, key: str) -> None:
        """Keys that change what is shown, or how the vault is opened."""
        if key == "f1":
            self._help = not self._help
        elif key == "f2":
            self._shown = not self._shown
        elif key == "f4" and self._may_read:
            self.reading = not self.reading
            self._message = ""
        elif key == "f9":
            set_language("en" if language() == "da" else "da")

    def wait(self, seconds: float) -> None:
        """Failures have to be waited for: count down, and take no Enter meanwhile. Typing, help and leaving work."""
        self._until = time.monotonic() + seconds

    def waits(self) -> bool:
        """True while a pause after failures lasts."""
        return self._until > time.monotonic()

    def _foreign(self) -> bool:
        """True where characters were typed that lie where a Danish keyboard has its own letters."""
        return any(byte in _WHERE_DANISH_LETTERS_ARE for byte in self.buffer)

    def _caps(self) -> bool:
        """True where letters were typed and all of them are capitals."""
        letters = [byte for byte in self.buffer if 65 <= byte <= 90 or 97 <= byte <= 122]
        return len(letters) >= _CAPS_AFTER and all(byte <= 90 for byte in letters)

    # --- what is drawn ----------------------------------------------------------------------------

    def say(self, message: str) -> None:
        """Show a sentence under the field."""
        self._message = message

    def offer_reading(self) -> None:
        """Let the person choose to read on without changing anything: the vault is not as it should be."""
        self._may_read = True

    def _title(self) -> str:
        return _("fieldtui er låst")

    def _other_way(self) -> str:
        return _("Glemt adgangssætning")

    def _prompt(self) -> str:
        return _("Adgangssætning")

    def _advice(self) -> list[tuple[str, str]]:
        """What a screen that asks something else says under the field; empty for the lock screen itself."""
        return []

    def _field(self, room: int) -> str:
        if not self.buffer:
            return _("Skriv din adgangssætning")
        if self._shown:
            text = self.buffer.decode("utf-8", "replace")
        else:
            text = "•" * sum(1 for byte in self.buffer if byte & 0xC0 != 0x80)
        return text[-(room - 1) :] + "▏"

    def _below(self) -> list[tuple[str, str]]:
        """The lines under the field: (colour, text)."""
        if self._help and not self._advice():
            return [
                (DIM, _("Enter låser op · F2 viser det, du skriver")),
                (DIM, _("Ctrl+U rydder · Ctrl+Q afslutter")),
                (DIM, _("Glemt adgangssætningen? Tryk F3")),
            ]
        lines = self._advice() or [(DIM, _("Enter låser op   F2 viser det, du skriver"))]
        if self.reading:
            lines.append((TEXT, _("Kun til læsning: intet bliver ændret. F4 fortryder")))
        elif self._may_read:
            lines.append((TEXT, _("F4 vælger at læse videre uden at ændre noget")))
        if self._training_passphrase:
            lines.append((TEXT, _("Øvelse: {passphrase}").format(passphrase=self._training_passphrase)))
        if self._caps():
            lines.append((WARN, _("! Caps Lock ser ud til at være slået til")))
        if self._foreign():
            lines.append((WARN, _("! [ ; ' sidder, hvor å æ ø er: engelsk tastatur?")))
        if self.waits():
            left = max(1, round(self._until - time.monotonic()))
            said = _("For mange forsøg. Vent {seconds} sekunder.").format(seconds=left)
            lines.append((WARN, said))
        elif self._message:
            lines += [(WARN, part) for part in _wrapped(self._message, _WIDEST - 6)]
        elif self._reason:
            lines += [(DIM, part) for part in _wrapped(_(self._reason), _WIDEST - 6)]
        return lines

    def draw(self) -> None:
        """Paint the whole screen; small terminals get the lines without the frame."""
        columns, rows = self._size = terminal.size()
        if columns < 44 or rows < 12:
            terminal.write(self._small(columns, rows))
            return
        width = min(_WIDEST, columns - 2)
        inner = width - 4
        title = self._title()
        body = [(TEXT, ""), (ACCENT, self._prompt()), (TEXT, self._field(inner)), (TEXT, ""), *self._below()]
        body += [(TEXT, "")] * (8 - len(body))
        left, top = (columns - width) // 2 + 1, max(1, (rows - len(body) - 2) // 2)
        out = [GROUND, "\x1b[2J", f"\x1b[{top};{left}H{ACCENT}╭─ {title} " + "─" * (width - len(title) - 5) + "╮"]
        for number, (colour, text) in enumerate(body, start=1):
            shown = _fit(text, inner)
            out.append(f"\x1b[{top + number};{left}H{ACCENT}│ {colour}{shown} {ACCENT}│")
        out.append(f"\x1b[{top + len(body) + 1};{left}H╰" + "─" * (width - 2) + "╯")
        keys = (("F1", _("Hjælp")), ("F3", self._other_way()), ("F9", _("English")), ("Ctrl+Q", _("Afslut")))
        out.append(f"\x1b[{rows};1H" + " ".join(f"{ACCENT}{key}{DIM} {does}" for key, does in keys))
        terminal.write("".join(out))

    def _small(self, columns: int, rows: int) -> str:
        lines = [(ACCENT, self._title()), (TEXT, self._field(columns)), *self._below()]
        drawn = (
            f"\x1b[{row};1H{colour}{_fit(text, columns)}" for row, (colour, text) in enumerate(lines[:rows], start=1)
        )
        return GROUND + "\x1b[2J" + "".join(drawn)

    def run(
        self,
        submit: Callable[[LockScreen], bool],
        on_drawn: Callable[[], None],
        go_on: Callable[[], bool] = lambda: True,
        on_forgot: Callable[[], bool] | None = None,
    ) -> bool:
        """Ask until `submit` says the vault is open, or the person leaves.

        Args:
            on_drawn: Called once, when the screen is there.
            submit: Called with this screen when Enter was pressed. It reads `normalised`, says what went wrong
                with `say`, and answers True when it is done.
            go_on: Asked while nobody types; False leaves.
            on_forgot: Called when the person has forgotten what is asked for; True where the vault is open then.

        Returns:
            False where the person left.
        """
        with terminal.raw_keys():
            self.draw()
            on_drawn()
            waited = False
            while True:
                keys = list(terminal.read_keys(_BLINK_SECONDS))
                if not keys:
                    if not go_on():
                        self.wipe()
                        return False
                    if terminal.size() != self._size or self.waits() or waited:
                        waited = self.waits()
                        self.draw()
                    continue
                for key in keys:
                    wish = self.take(key)
                    if wish == "quit":
                        self.wipe()
                        return False
                    if wish == "submit":
                        self._message = _("Låser op …")
                        self.draw()
                        opened = submit(self)
                        self.wipe()
                        if opened:
                            return True
                    if wish == "forgot":
                        self.wipe()
                        if on_forgot is not None and on_forgot():
                            return True
                self.draw()


def _fit(text: str, width: int) -> str:
    """Exactly so many cells, and nothing that steers the terminal; these texts' characters are one cell wide."""
    return clean(text)[:width].ljust(width)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
