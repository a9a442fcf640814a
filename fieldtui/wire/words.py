"""A key's fingerprint as six Danish words that two people can read to each other.

256 words of one byte each give 48 bits. Somebody who wants a key with the same words must make some
2**48 keys within the fifteen minutes that an enrolment code lives.
"""

from __future__ import annotations

import hashlib
from typing import Final

WORDS: Final = tuple(
    """
    agern agurk ananas anker atlas avis bad bager bakke bamse banan bark basun bil bille birk bjerg blad blomst
    bog bold bonde bord brev brille bro brun bus busk dag dal dame damp dans delfin digt disk due dug dyne egern
    ekko elg elv eng engel fad fakkel fane fasan fest fingre fisk fjer fjord flag flod flue fod fugl fyr gade
    gaffel gas ged glas gnist gren gris grotte guld gulv gynge hage hammer hane hare harpe hat hav havre hegn
    hest hjelm hjort hjul honning hotel hund hus hval hveps igle ild jaguar jakke jern juice kage kakao kalv kam
    kamel kande kano kat kiks kilde klit klokke klub knap koala konge kop koral korn kran krebs krone krukke
    kugle kurv kyst lager laks lam lampe land ler lilje linje lod loft luft lyd lys maj maler mand mark mast
    melon mine mose motor mus musik myg mynte myre nat navn negl nisse nord olie ord orgel ost otte oval padde
    palme panda papir park pen perle pil pind plads plov pose post puma pumpe quiz radio ranke raps ravn regn
    rejse ren ris rist robot rod rose rude rug ryg saft saga sal salat salt sand sang sejl seks sild silke skib
    sko skov sky sol sommer spand spejl spil stald sten sti stol stork strand sukker suppe svane syd syn tag
    tand tang tante taske telt tiger tog tomat top torn torv trappe trold tromle tulipan tun tyr ugle uld ulv
    urt vand vase vejr vest vin vind vinge vugge zebra zone
""".split()  # noqa: SIM905  a list of 256 quoted words hides the words
)
"""256 short words without æ, ø and å, so that every screen shows and every keyboard types them. Their order is protocol."""

COUNT: Final = 6


def fingerprint_words(public_key_der: bytes) -> tuple[str, ...]:
    """Six words for a key: the first six bytes of the SHA-256 of its SubjectPublicKeyInfo (DER)."""
    digest = hashlib.sha256(public_key_der).digest()
    return tuple(WORDS[byte] for byte in digest[:COUNT])
