"""A file as an address that holds it."""

import base64
import re
from pathlib import PurePosixPath

# Not by `mimetypes`, which looks up what this machine happens to know.
KINDS = {
    "css": "text/css",
    "csv": "text/csv",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webm": "video/webm",
    "webp": "image/webp",
    "avif": "image/avif",
    "woff2": "font/woff2",
}
# What an address, or the quotes around it, would end at; a browser drops line ends and tabs from one.
UNSAFE = re.compile("[%#\"'&<>\n\r\t\\\\]")


def data_uri(name: str, content: bytes) -> str:
    """The address of a file with this name: as text where that is shorter."""
    kind = KINDS.get(PurePosixPath(name).suffix.lower().removeprefix("."), "application/octet-stream")
    encoded = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    if kind != "image/svg+xml":
        return encoded
    written = f"data:{kind},{UNSAFE.sub(lambda found: f'%{ord(found[0]):02X}', content.decode())}"
    return min(written, encoded, key=lambda address: len(address.encode()))
