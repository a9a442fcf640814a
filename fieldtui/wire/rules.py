"""A published rule set as it goes over the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from fieldtui.wire.fields import InstantText, Message

SetName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class PublishedRules(Message):
    """One version of one set. Immutable: the same name and version always says the same."""

    name: SetName
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """Of the document as canonical JSON."""
    published_at: InstantText
    document: dict[str, Any]
    """A rule file's values (`schema/rules.json`); the device checks them and keeps its old rules where they are wrong."""
