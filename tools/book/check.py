"""Checks a built site: every link and every file that a page asks for is there."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.names = [], set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or (tag == "a" and name == "name"):
                self.names.add(value)
            elif name in ("href", "src") and value is not None:
                self.links.append(value)


def site(folder):
    """One line for each link within the site that leads nowhere."""
    folder = Path(folder).resolve()
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        pages[path] = _Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    findings = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # It is shown at any address, so its links are those of a server's root.
        for link in dict.fromkeys(page.links):
            problem = _problem(folder, path, link, pages)
            if problem:
                findings.append(f"{path.relative_to(folder)}: {link}: {problem}")
    return findings


def _problem(folder, path, link, pages):
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    base = folder if parts.path.startswith("/") else path.parent
    target = (base / unquote(parts.path.lstrip("/"))).resolve() if parts.path else path
    if target.is_dir():
        target = target / "index.html"
    if not target.exists():
        return "there is no such file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names | {"__toc", "__search"}:
        return "there is no such place on that page"
    return None
