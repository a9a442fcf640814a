"""Write a bill of materials of the program out of its lock: CycloneDX 1.6, JSON.

    python packaging/sbom.py dist/fieldtui.cdx.json

Every locked package with the SHA-256 of each of its files, and what is bundled inside wheels and belongs to nobody else to
update: the OpenSSL and the SQLCipher that are loaded here. The same locks and the same environment give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import uuid
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
LOCK: Final = ROOT / "packaging/requirements-central.txt"
WIDER_LOCK: Final = ROOT / "packaging/requirements-dev.txt"
EXTRA: Final = "pyrage"
"""What the extra `seal` adds; its hashes stand in the wider lock."""
_PACKAGE: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)\s*(?:;\s*([^\\]+?))?\s*\\?$")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(text: str) -> list[dict[str, Any]]:
    """The packages of a lock, in its order."""
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        package = _PACKAGE.match(line)
        if package is not None:
            name, version, marker = package.groups()
            purl = f"pkg:pypi/{name}@{version}"
            component: dict[str, Any] = {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "hashes": [],
            }
            if marker:
                component["properties"] = [{"name": "fieldtui:only-where", "value": marker}]
            found.append(component)
        for digest in _HASH.findall(line):
            found[-1]["hashes"].append({"alg": "SHA-256", "content": digest})
    return found


def bundled() -> list[dict[str, Any]]:
    """What wheels bring along and the system does not update, as it is loaded here."""
    from cryptography.hazmat.backends.openssl import backend
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(":memory:")
    try:
        connection.execute("PRAGMA key = 'x'")
        inside = connection.execute("PRAGMA cipher_provider_version").fetchone()[0]
        cipher = connection.execute("PRAGMA cipher_version").fetchone()[0].split()[0]
    finally:
        connection.close()
    parts = (
        ("openssl", backend.openssl_version_text().split()[1], "cryptography"),
        ("openssl", inside.split()[1], "sqlcipher3"),
        ("sqlcipher", cipher, "sqlcipher3"),
        ("sqlite", dbapi2.sqlite_version, "sqlcipher3"),
    )
    return [
        {
            "type": "library",
            "bom-ref": f"{name}@{version} in {wheel}",
            "name": name,
            "version": version,
            "properties": [{"name": "fieldtui:bundled-in", "value": wheel}],
        }
        for name, version, wheel in parts
    ]


def bill() -> dict[str, Any]:
    """The whole document."""
    from fieldtui import __version__

    sealing = [each for each in locked(WIDER_LOCK.read_text("utf-8")) if each["name"] == EXTRA]
    for each in sealing:
        each["scope"] = "optional"
    components = [*locked(LOCK.read_text("utf-8")), *sealing, *bundled()]
    body = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, body)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "fieldtui",
                "name": "fieldtui",
                "version": __version__,
                "licenses": [{"license": {"id": "MPL-2.0"}}],
            }
        },
        "components": components,
    }


def main() -> int:
    """Write it."""
    parser = argparse.ArgumentParser(description="Write a CycloneDX bill of materials out of the lock.")
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    file.parent.mkdir(parents=True, exist_ok=True)
    document = bill()
    file.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    print(f"{file}: {len(document['components'])} components")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
