"""The browser client's files as they are served: hashed, compressed, and linked to each other.

All files are below a prefix that contains the hash of the whole tree, so that they can be cached forever.
`index.html` is the only page that browsers request again. Its marker is replaced by the import map, the
preloads with their integrity (if it weren't repeated there, browsers would fetch the modules twice), and the
style sheets. The import map must be inline, so the page's policy contains its hash.

The service worker, `sw.js`, has an address that never changes. It is told the version and the names of the
files that it must keep.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

PAGE = "index.html"
WORKER = "sw.js"
STYLES, SHEET = "styles/", "styles.css"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
COMPRESSED = (".html", ".js", ".css", ".svg", ".webmanifest")

MARKER = "<!-- perch:head -->"
ENTRY = "app.js"
ICON = "icons/perch.svg"
TOUCH_ICON = "icons/apple-touch-icon.png"
IMPORTS = "vendor/imports.json"

# `import … from "x"`, `export … from "x"`, `import "x"`: modules that the browser fetches before it starts.
STATIC_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b(?:[^"';()]*?\bfrom)?\s*["']([^"']+)["']""", re.MULTILINE
)
MINIFIED_IMPORT = re.compile(r"""\b(?:import|from)\s*["']([^"']+)["']""")


@dataclass(frozen=True, slots=True)
class ClientFile:
    """One file. `gzipped` is None if compression wouldn't help."""

    body: bytes
    gzipped: bytes | None
    content_type: str


@dataclass(frozen=True, slots=True)
class ClientFiles:
    """All files below `/static/<version>/`, the page with its policy, and the service worker."""

    version: str
    files: dict[str, ClientFile]
    page: ClientFile
    policy: str
    worker: ClientFile

    @classmethod
    def load(cls, folder: Path, *, media_origin: str | None = None) -> ClientFiles:
        """Read the tree. `media_origin` is another origin that pictures may come from."""
        bodies = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES and path.is_file() and path.name not in (PAGE, WORKER)
        }
        bodies = with_one_sheet(bodies)
        template, worker = (folder / PAGE).read_text(), (folder / WORKER).read_text()
        imports: dict[str, str] = json.loads((folder / IMPORTS).read_text())
        version = tree_hash(bodies, template + worker, imports)
        prefix = f"/static/{version}/"
        import_map = import_map_text(bodies, imports, prefix)
        head = head_html(bodies, imports, prefix, import_map)
        return cls(
            version=version,
            files={name: client_file(name, body) for name, body in bodies.items()},
            page=client_file(PAGE, template.replace(MARKER, head).encode()),
            policy=content_security_policy(import_map, media_origin),
            worker=client_file(WORKER, (kept_files(bodies, version) + worker).encode()),
        )


def with_one_sheet(bodies: dict[str, bytes]) -> dict[str, bytes]:
    """Join the files below styles/ into one, in the order of their names, as each would cost a round trip."""
    sheets = [name for name in sorted(bodies) if name.startswith(STYLES)]
    others = {name: body for name, body in bodies.items() if name not in sheets}
    return {**others, SHEET: b"\n".join(bodies[name] for name in sheets)}


def client_file(name: str, body: bytes) -> ClientFile:
    """A file, with its compressed version."""
    suffix = Path(name).suffix
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSED else None
    if gzipped is not None and len(gzipped) >= len(body):
        gzipped = None
    return ClientFile(body, gzipped, TYPES[suffix])


def kept_files(bodies: dict[str, bytes], version: str) -> str:
    """Tell the service worker the version, and which files to keep so that the client starts offline."""
    kept = [name for name in bodies if name.endswith((".js", ".css", ".svg"))]
    return f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(kept)};\n"


def tree_hash(bodies: dict[str, bytes], template: str, imports: dict[str, str]) -> str:
    """A name for exactly these files."""
    digest = hashlib.sha256(template.encode() + json.dumps(imports, sort_keys=True).encode())
    for name, body in bodies.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(body).digest())
    return digest.hexdigest()[:16]


def eager_modules(bodies: dict[str, bytes], imports: dict[str, str]) -> list[str]:
    """The entry module and all that it needs before it starts, in order of discovery."""
    found: list[str] = []
    waiting = [ENTRY]
    while waiting:
        name = waiting.pop(0)
        if name in found or name not in bodies:
            continue
        found.append(name)
        pattern = MINIFIED_IMPORT if name.startswith("vendor/") else STATIC_IMPORT
        for target in pattern.findall(bodies[name].decode()):
            waiting.append(resolve(name, target, imports))
    return found


def resolve(importer: str, target: str, imports: dict[str, str]) -> str:
    """The path below static/ that an import refers to."""
    if not target.startswith("."):
        return imports.get(target, target)
    parts = importer.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def import_map_text(bodies: dict[str, bytes], imports: dict[str, str], prefix: str) -> str:
    """The import map: bare names, and the integrity of every module, including lazily loaded ones."""
    scripts = {name: body for name, body in bodies.items() if name.endswith(".js")}
    return json.dumps(
        {
            "imports": {name: prefix + path for name, path in imports.items()},
            "integrity": {prefix + name: integrity(body) for name, body in scripts.items()},
        },
        separators=(",", ":"),
    )


def head_html(bodies: dict[str, bytes], imports: dict[str, str], prefix: str, import_map: str) -> str:
    """The HTML that replaces the marker in the page."""
    lines = [f'<link rel="icon" type="image/svg+xml" href="{prefix}{ICON}">']
    # At permanent addresses: an installed client would mistake each new version for a new icon.
    lines += ['<link rel="manifest" href="/manifest.webmanifest">']
    lines += [f'<link rel="apple-touch-icon" href="/{TOUCH_ICON}">']
    lines += [f'<link rel="stylesheet" href="{prefix}{SHEET}">']
    lines += [f'<script type="importmap">{import_map}</script>']
    for name in eager_modules(bodies, imports):
        proof = integrity(bodies[name])
        lines.append(f'<link rel="modulepreload" href="{prefix}{escape(name)}" integrity="{proof}">')
    lines.append(f'<script type="module" src="{prefix}{ENTRY}"></script>')
    return "\n".join(lines)


def content_security_policy(import_map: str, media_origin: str | None) -> str:
    """The page's policy: it may load only our own files, and pictures from where they are stored."""
    inline = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    images = " ".join(["'self'", "data:", "blob:", *([media_origin] if media_origin else [])])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' 'sha256-{inline}'",
            "style-src 'self'",
            f"img-src {images}",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            # No text may become HTML or a script, except one constant address in static/offline.js.
            "require-trusted-types-for 'script'",
            "trusted-types perch",
        ]
    )


def integrity(body: bytes) -> str:
    """A subresource integrity value."""
    return f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"
