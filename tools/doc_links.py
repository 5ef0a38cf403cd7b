#!/usr/bin/env python3
"""Checks that every relative link in the Markdown files leads to a file, and to a heading in it.

usage: doc_links.py [ROOT]     prints one "path:line: message" a finding; exit 1 if there are any
"""

import pathlib
import re
import sys

LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|!\[[^\]\n]*\]\(([^)\s]+)\)")
SKIPPED = {"node_modules", "build", ".git", ".lesson"}


def without_code(text):
    """The text with code blocks and code spans blanked; every line keeps its number."""
    text = re.sub(r"^( *)(```|~~~).*?^ *\2", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(text):
    """The names that a site gives to the headings: lower case, words joined by hyphens."""
    text = re.sub(r"^( *)(```|~~~).*?^ *\2", "", text, flags=re.M | re.S)
    names = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#+ +(.+?) *#*$", text, re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        number, unique = 0, slug
        while unique in names:
            number += 1
            unique = f"{slug}-{number}"
        names.add(unique)
    return names


def check(root):
    root = pathlib.Path(root)
    pages = [page for page in sorted(root.rglob("*.md"))
             if not SKIPPED.intersection(page.relative_to(root).parts)]
    for page in pages:
        text = without_code(page.read_text(encoding="utf-8"))
        for match in LINK.finditer(text):
            target = match.group(1) or match.group(2)
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            place = f"{page.relative_to(root)}:{text[:match.start()].count(chr(10)) + 1}"
            if not file.exists():
                yield f"{place}: there is no {path}"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{place}: {path or 'this page'} has no heading #{anchor}"


if __name__ == "__main__":
    findings = list(check(sys.argv[1] if len(sys.argv) > 1 else "."))
    print(*findings, f"doc links: {len(findings)} findings", sep="\n")
    sys.exit(1 if findings else 0)
