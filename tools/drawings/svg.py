"""What the drawings of the lessons are made of: boxes, words, lines and arrows, as an SVG.

A drawing is 400 units wide, so its words can be read on a phone. It has a background and colours of
its own, a pair for each of a light and a dark page (prefers-color-scheme), so it can be read wherever
it is shown.
"""

from html import escape

WIDTH = 400

# What a class of shapes looks like: light, dark. Boxes have a fill and an edge.
_INK = {"ink": ("#1f2328", "#e6edf3"), "soft": ("#59636e", "#9da7b3"), "paper": ("#ffffff", "#0d1117"),
        "blue": ("#0550ae", "#79c0ff"), "green": ("#116329", "#7ee787"), "amber": ("#7d4e00", "#e3b341"),
        "red": ("#a40e26", "#ff9492")}
_BOX = {"plain": (("#f6f8fa", "#818b98"), ("#161b22", "#656c76")),
        "none": (("#ffffff", "#818b98"), ("#0d1117", "#656c76")),
        "blue": (("#ddf4ff", "#0969da"), ("#0c2d4d", "#4493f8")),
        "green": (("#dafbe1", "#1a7f37"), ("#12361f", "#3fb950")),
        "amber": (("#fff8c5", "#9a6700"), ("#3a2d0b", "#d29922")),
        "red": (("#ffebe9", "#cf222e"), ("#4a1519", "#f85149"))}


def _rules(dark):
    rules = [f".{name}{{fill:{pair[dark]}}}" for name, pair in _INK.items()]
    rules += [f".box-{name}{{fill:{pair[dark][0]};stroke:{pair[dark][1]}}}" for name, pair in _BOX.items()]
    rules += [f".line-{name}{{stroke:{pair[dark]}}}" for name, pair in _INK.items()]
    return "".join(rules)


_STYLE = ("text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}"
          ".code{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px}"
          ".small{font-size:11px}.bold{font-weight:600}"
          ".line{fill:none;stroke-width:1.5}.dashed{stroke-dasharray:4 3}"
          + _rules(0) + "@media(prefers-color-scheme:dark){" + _rules(1) + "}")


def _number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


class Drawing:
    """`title` is what somebody is told who can't see it."""

    def __init__(self, title, height):
        self.title, self.height = title, height
        self.parts = []

    def text(self, x, y, words, kind="ink", at="start"):
        """`kind`: a colour, and "code", "small" or "bold"; `at`: start, middle or end."""
        classes = kind if set(kind.split()) & set(_INK) else f"ink {kind}"
        anchor = "" if at == "start" else f' text-anchor="{at}"'
        self.parts.append(f'<text x="{_number(x)}" y="{_number(y)}" class="{classes}"{anchor}'
                          f' xml:space="preserve">{escape(words)}</text>')

    def box(self, x, y, width, height, kind="plain", words="", word_kind="ink", dashed=False):
        """Words stand in its middle."""
        self.parts.append(f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
                          f' rx="3" class="box-{kind}{" dashed" if dashed else ""}"/>')
        if words:
            self.text(x + width / 2, y + height / 2 + 4.5, words, word_kind, "middle")

    def line(self, x, y, to_x, to_y, kind="soft", dashed=False):
        self.parts.append(f'<path d="M{_number(x)} {_number(y)}L{_number(to_x)} {_number(to_y)}"'
                          f' class="line line-{kind}{" dashed" if dashed else ""}"/>')

    def arrow(self, x, y, to_x, to_y, kind="soft", dashed=False):
        self.line(x, y, to_x, to_y, kind, dashed)
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
        along = ((to_x - x) / length, (to_y - y) / length)
        corners = [(to_x - 7 * along[0] + side * 3.5 * along[1], to_y - 7 * along[1] - side * 3.5 * along[0])
                   for side in (1, -1)]
        points = " ".join(f"{_number(a)},{_number(b)}" for a, b in [(to_x, to_y), *corners])
        self.parts.append(f'<polygon points="{points}" class="{kind}"/>')

    def dot(self, x, y, radius=3, kind="ink"):
        self.parts.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}" class="{kind}"/>')

    def cross(self, x, y, kind="red"):
        self.line(x - 5, y - 5, x + 5, y + 5, kind)
        self.line(x - 5, y + 5, x + 5, y - 5, kind)

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_number(self.height)}"'
                f' width="{WIDTH}" height="{_number(self.height)}" role="img">\n'
                f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n"
                f'<rect width="{WIDTH}" height="{_number(self.height)}" rx="6" class="paper"/>\n'
                + "\n".join(self.parts) + "\n</svg>\n")
