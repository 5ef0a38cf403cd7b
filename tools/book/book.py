#!/usr/bin/env python3
"""Builds the book: a site of all lessons and documents, by mkdocs with its Material theme.

usage: book.py ROOT FOLDER     writes FOLDER/docs, FOLDER/mkdocs.yml and the site in FOLDER/site

Pages are the Markdown files of the tree at the same paths, and so are the pictures beside them. What a site
needs besides is made here: each
lesson's page of differences, the sources that a page links to, drawings of Mermaid blocks.
"""

import difflib
import json
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from book import check, diagrams  # noqa: E402
from lesson import slicer  # noqa: E402

_DIFFERENCES = ("src/", "include/", "bench/", "tests/")
_LINK_OR_CODE = re.compile(r"(?<!!)\[((?:`[^`\n]*`|[^\]\n`])*)\]\(([^)\s]+)\)|`[^`\n]*`")
_LONG = 3000  # Lines of a page of differences; tests are left out of one that would be longer.


class Book:
    def __init__(self, tree):
        self.tree = tree
        self.pages = {}       # {path of a page: its Markdown}
        self.pictures = {}    # {path: bytes of what the pages show}
        self.wanted = set()   # Files of the tree that pages link to.

    def make(self):
        """Fills `pages`; returns the navigation."""
        for path in self.tree.files:
            if path.endswith(".md") and not path.startswith("lessons/past/"):
                self.add(self.page_of(path), path)
            elif path.endswith((".svg", ".png")) and path.startswith(("lessons/", "docs/")):
                self.pictures[path] = self.tree.files[path].data
        before = {}
        for lesson in self.tree.manifest.lessons:
            done = self.tree.slice(lesson.number)
            self.pages[f"{lesson.folder}/changes.md"] = self.changes(lesson, before, done)
            before = done
        for path in sorted(self.wanted):
            self.pages[_source_page(path)] = _source(path, self.tree.files[path].data.decode())
        return self.navigation()

    @staticmethod
    def page_of(path):
        return "index.md" if path == "README.md" else path

    def add(self, page, path):
        text = self.tree.files[path].data.decode()
        self.pages[page] = self.with_links(with_details(with_drawings(text, path)), path, page)

    def with_links(self, text, path, page):
        """Links that lead to a file of the tree lead to its page."""
        def link(found):
            target, _, anchor = found.group(2).partition("#")
            if not target or re.match(r"[a-z]+:", target):
                return found.group()
            file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if file.endswith(".md") and file in self.tree.files:
                goal = self.page_of(file)
            elif file in self.tree.files and _is_text(self.tree.files[file].data):
                self.wanted.add(file)
                goal = _source_page(file)
            elif any(name.startswith(file.rstrip("/") + "/README.md") for name in self.tree.files):
                goal = file.rstrip("/") + "/README.md"
            else:
                return found.group(1)  # A folder or a picture: the words stay.
            goal = posixpath.relpath(goal, posixpath.dirname(page) or ".")
            return f"[{found.group(1)}]({goal}{'#' + anchor if anchor else ''})"
        parts = re.split(r"(^ *```.*?^ *```)", text, flags=re.S | re.M)
        parts[::2] = [_LINK_OR_CODE.sub(lambda found: link(found) if found.group(2) else found.group(), part)
                      for part in parts[::2]]
        return "".join(parts)

    # ------------------------------------------------------------ what a lesson changes

    def changes(self, lesson, before, done):
        """The lesson as differences, from the slice `before` it to its own: what is given, and, folded,
        the answers."""
        given = self.tree.slice(lesson.number, starter=True)
        shown = f"As `git diff lesson-{lesson.number - 1:02d} lesson-{lesson.id}-start` shows it:" \
            if before else "All files of the first lesson's starter:"
        return "\n".join([
            f"# Lesson {lesson.id}: what changes", "", shown, "", *_differences(before, given),
            "## The answers", "",
            '<details markdown="1"><summary>What `git diff '
            f'lesson-{lesson.id}-start lesson-{lesson.id}` shows</summary>', "",
            *_differences(given, done), "</details>", ""])

    # ------------------------------------------------------------ the table of contents

    def navigation(self):
        parts = {}
        for lesson in self.tree.manifest.lessons:
            parts.setdefault(lesson.part, []).append({
                f"{lesson.id} {lesson.title}": [{"The lesson": f"{lesson.folder}/README.md"},
                                                {"What changes": f"{lesson.folder}/changes.md"}]})
        documents = [{title_of(text): page} for page, text in sorted(self.pages.items())
                     if "/adr/" not in page and not page.startswith(("lessons/", "sources/", "index.md"))]
        decisions = [{title_of(text): page} for page, text in sorted(self.pages.items()) if "/adr/" in page]
        sources = [{path: _source_page(path)} for path in sorted(self.wanted)]
        return [{"Start here": "index.md"},
                {"How the lessons work": "lessons/README.md"},
                *({part: pages} for part, pages in parts.items()),
                {"Documents": documents}, {"Decisions": decisions}, {"Sources": sources}]


def title_of(text):
    found = re.search(r"^# +(.+)$", text, re.M)
    return found.group(1) if found else "?"


def with_drawings(text, path):
    def drawing(found):
        try:
            return '<div class="drawing">\n' + diagrams.svg(found.group(1)) + "\n</div>\n"
        except diagrams.DiagramError as error:
            raise SystemExit(f"book: a drawing of {path}: {error}") from None
    return re.sub(r"^```mermaid\n(.*?)^```$", drawing, text, flags=re.S | re.M)


def with_details(text):
    """Folded parts have Markdown inside, and a fence names its language alone."""
    text = text.replace("<details>", '<details markdown="1">')
    return re.sub(r"^( *```\w+)[ \t]+\S.*$", r"\1", text, flags=re.M)


def _is_text(data):
    return b"\0" not in data


def _source_page(path):
    return f"sources/{path}.md"


def _source(path, text):
    language = "cpp" if path.endswith((".cc", ".h")) else "text"
    return f"# {path}\n\n````{language}\n{text.rstrip()}\n````\n"


def _differences(before, after):
    """The files that differ, each with its unified difference."""
    def lines(files, path):
        return files[path].data.decode(errors="replace").splitlines() if path in files else []

    paths = [path for path in sorted(set(before) | set(after))
             if path.startswith(_DIFFERENCES) and before.get(path) != after.get(path)]
    size = sum(len(lines(after, path)) for path in paths if path not in before)
    out = []
    for path in paths:
        if path.startswith("tests/") and size > _LONG:
            continue
        diff = list(difflib.unified_diff(lines(before, path), lines(after, path), lineterm="", n=3))[2:]
        out += [f"### `{path}`", "", "````diff", *diff, "````", ""]
    if size > _LONG:
        out += ["The tests are left out here.", ""]
    return out


STYLE = """
.md-typeset .drawing { overflow-x: auto; margin: 1em 0; }
.md-typeset .drawing svg { max-width: 100%; height: auto; min-width: min(100%, 30rem); }
.md-typeset img[src$=".svg"] { display: block; width: 30rem; max-width: 100%; margin: 1em auto; }
.md-typeset code { word-break: normal; }
.md-typeset table:not([class]) { display: block; overflow-x: auto; }
"""


def configuration(navigation):
    """mkdocs.yml. JSON is YAML, too."""
    colours = [{"media": f"(prefers-color-scheme: {kind})", "scheme": scheme, "primary": "blue grey",
                "toggle": {"icon": icon, "name": name}}
               for kind, scheme, icon, name in (
                   ("light", "default", "material/weather-night", "Dark"),
                   ("dark", "slate", "material/weather-sunny", "Light"))]
    return json.dumps({
        "site_name": "Strata", "site_url": "", "use_directory_urls": False, "docs_dir": "docs", "site_dir": "site",
        "theme": {"name": "material", "font": False, "palette": colours,
                  "features": ["navigation.tabs", "navigation.top", "navigation.indexes", "search.highlight"]},
        "plugins": ["search"], "extra_css": ["style.css"], "nav": navigation,
        "markdown_extensions": ["tables", "attr_list", "md_in_html", "footnotes",
                                "pymdownx.superfences", {"pymdownx.highlight": {"anchor_linenums": False}},
                                {"toc": {"permalink": True, "toc_depth": 3}}],
    }, indent=1)


def main(root, folder):
    book = Book(slicer.Tree.of(slicer.WorkTree(root)))
    navigation = book.make()
    shutil.rmtree(folder, ignore_errors=True)
    texts = {page: text.encode() for page, text in {**book.pages, "style.css": STYLE}.items()}
    for page, data in {**texts, **book.pictures}.items():
        path = Path(folder) / "docs" / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (Path(folder) / "mkdocs.yml").write_text(configuration(navigation))
    done = subprocess.run(["mkdocs", "build", "--strict", "-f", str(Path(folder) / "mkdocs.yml")],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
        return 1
    findings = check.site(Path(folder) / "site")
    print(*findings, f"book: {len(book.pages)} pages, {len(findings)} broken links: {folder}/site/index.html",
          sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
