"""The browser client's files as they are served: hashed, compressed, and linked to each other.

All files are below a prefix that contains the hash of the whole tree, so that they can be cached forever.
In a source checkout these are the modules as they are written. Packages have a bundle beside them
(`tools/client/bundle.js`), which is served instead: few, small files, compressed with Brotli too.

`index.html` is the only page that browsers request again. Its marker is replaced by what the page loads
first, with its integrity. Modules also need an import map, which must be inline, so the page's policy
contains its hash. (If the preloads didn't repeat the integrity in it, browsers would fetch modules twice.)

The service worker, `sw.js`, has an address that never changes. It is told the version and the names of the
files that it must keep.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

PAGE = "index.html"
BUNDLE, BUNDLED = "bundle", "bundle.json"
BROTLI = ".br"
WORKER = "sw.js"
STYLES, SHEET = "styles/", "styles.css"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
COMPRESSED = (".html", ".js", ".css", ".svg", ".webmanifest", ".txt")

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
    """One file. `gzipped` is None if compression wouldn't help, `brotli` also if nobody has compressed it."""

    body: bytes
    gzipped: bytes | None
    content_type: str
    brotli: bytes | None = None


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
        bundle = folder / BUNDLE
        is_bundled = bundle.is_dir()
        if is_bundled:
            bodies = {**read_below(folder / "icons", folder), **read_below(bundle, bundle)}
            entries: dict[str, Any] = json.loads((bundle / BUNDLED).read_text())
            entry, first, imports = entries["entry"], entries["eager"], dict[str, str]()
        else:
            bodies = with_one_sheet(read_below(folder, folder))
            imports = json.loads((folder / IMPORTS).read_text())
            entry, first = ENTRY, eager_modules(bodies, imports)
        template, worker = (folder / PAGE).read_text(), (folder / WORKER).read_text()
        version = tree_hash(bodies, template + worker, imports)
        prefix = f"/static/{version}/"
        import_map = None if is_bundled else import_map_text(bodies, imports, prefix)
        head = head_html(bodies, first, entry, prefix, import_map)
        return cls(
            version=version,
            files={name: client_file(name, body, compressed(bundle / name)) for name, body in bodies.items()},
            page=client_file(PAGE, template.replace(MARKER, head).encode()),
            policy=content_security_policy(import_map, media_origin),
            worker=client_file(WORKER, (kept_files(bodies, version) + worker).encode()),
        )


def read_below(folder: Path, root: Path) -> dict[str, bytes]:
    """The files below the folder that browsers may request, by their paths below `root`."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES and path.is_file() and path.name not in (PAGE, WORKER)
    }


def compressed(path: Path) -> bytes | None:
    """The Brotli form that lies beside the file, if there is one."""
    beside = path.with_name(path.name + BROTLI)
    return beside.read_bytes() if beside.is_file() else None


def with_one_sheet(bodies: dict[str, bytes]) -> dict[str, bytes]:
    """Join the files below styles/ into one, in the order of their names, as each would cost a round trip."""
    sheets = [name for name in sorted(bodies) if name.startswith(STYLES)]
    others = {name: body for name, body in bodies.items() if name not in sheets}
    return {**others, SHEET: b"\n".join(bodies[name] for name in sheets)}


def client_file(name: str, body: bytes, brotli: bytes | None = None) -> ClientFile:
    """A file, with its compressed versions."""
    suffix = Path(name).suffix
    gzipped = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSED else None
    if gzipped is not None and len(gzipped) >= len(body):
        gzipped = None
    return ClientFile(body, gzipped, TYPES[suffix], brotli)


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


def head_html(
    bodies: dict[str, bytes], first: Sequence[str], entry: str, prefix: str, import_map: str | None
) -> str:
    """The HTML that replaces the marker in the page."""
    lines = [f'<link rel="icon" type="image/svg+xml" href="{prefix}{ICON}">']
    # At permanent addresses: an installed client would mistake each new version for a new icon.
    lines += ['<link rel="manifest" href="/manifest.webmanifest">']
    lines += [f'<link rel="apple-touch-icon" href="/{TOUCH_ICON}">']
    lines += [f'<link rel="stylesheet" href="{prefix}{SHEET}">']
    if import_map is not None:
        lines += [f'<script type="importmap">{import_map}</script>']
    for name in first:
        proof = integrity(bodies[name])
        lines.append(f'<link rel="modulepreload" href="{prefix}{escape(name)}" integrity="{proof}">')
    proof = integrity(bodies[entry])
    lines.append(f'<script type="module" src="{prefix}{escape(entry)}" integrity="{proof}"></script>')
    return "\n".join(lines)


def content_security_policy(import_map: str | None, media_origin: str | None) -> str:
    """The page's policy: it may load only our own files, and pictures from where they are stored."""
    scripts = "'self'"
    if import_map is not None:
        scripts += f" 'sha256-{base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()}'"
    images = " ".join(["'self'", "data:", "blob:", *([media_origin] if media_origin else [])])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            f"img-src {images}",
            "connect-src 'self'",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            # No text may become HTML or a script, except one constant address in features/offline.
            "require-trusted-types-for 'script'",
            "trusted-types perch",
        ]
    )


def integrity(body: bytes) -> str:
    """A subresource integrity value."""
    return f"sha384-{base64.b64encode(hashlib.sha384(body).digest()).decode()}"
