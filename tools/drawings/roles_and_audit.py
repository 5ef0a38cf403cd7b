"""Lesson "roles-and-audit"."""

from .svg import Drawing

# Grants on one table: from, to (None: to the end), and what is asked for: a name, from, to.
_GRANTS = [("a", "f"), ("d", "k"), ("k", "n"), ("q", "t")]
_ASKED = [("key g", "g", "h"), ("scan e to m", "e", "m"), ("scan l to r", "l", "r"), ("watch from r on", "r", None)]


def _x(key):
    return 20 + (26 if key is None else ord(key) - ord("a")) * 13.8


def _merged(grants):
    ranges = []
    for lower, upper in sorted(grants):
        if ranges and lower <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], upper))
        else:
            ranges.append((lower, upper))
    return ranges


def ranges():
    """Grants, what they are merged to, and what is within it."""
    merged = _merged(_GRANTS)
    drawing = Drawing("Four grants, the two ranges that they make, and four requests of which two are within one", 300)
    drawing.text(12, 22, "Four grants", "bold")
    for i, (lower, upper) in enumerate(_GRANTS):
        drawing.box(_x(lower), 32 + i * 17, _x(upper) - _x(lower), 14, "blue", f"{lower} to {upper}", "small")
    drawing.text(12, 124, "merged: between two ranges is a key that nobody granted", "bold")
    for lower, upper in merged:
        drawing.box(_x(lower), 134, _x(upper) - _x(lower), 18, "green", f"{lower} to {upper}", "small")
    drawing.text(12, 180, "asked", "bold")
    for i, (name, lower, upper) in enumerate(_ASKED):
        within = any(low <= lower and upper is not None and upper <= high for low, high in merged)
        y = 192 + i * 26
        drawing.box(_x(lower), y, _x(upper) - _x(lower), 10, "green" if within else "red", dashed=not within)
        text = f"{name}: {'allowed' if within else 'denied'}"
        left = _x(lower) > 200
        drawing.text(_x(lower) - 6 if left else _x(upper) + 6, y + 9, text, "small", "end" if left else "start")
    return drawing


_RECORDS = [("1", "ada login"), ("2", "eve get: no"), ("3", "ada flush"), ("4", "ada get: no")]


def chain():
    """Records of which each has the hash of the one before; the second is taken out."""
    drawing = Drawing("Four records, each with the hash of the one before it, and the same without the second", 190)
    for row, (title, gone) in enumerate((("As it was written", None), ("Somebody takes record 2 out", 1))):
        top = 16 + row * 88
        drawing.text(12, top + 6, title, "bold")
        for i, (number, what) in enumerate(_RECORDS):
            x = 12 + i * 94
            there = i != gone
            drawing.box(x, top + 16, 82, 44, "blue" if there else "none", "", dashed=not there)
            drawing.text(x + 6, top + 32, f"{number} {what}" if there else "", "small")
            drawing.text(x + 6, top + 50, f"prev {'#' + str(i) if i else 'none'}" if there else "", "soft small")
            if i and gone is None:
                drawing.arrow(x, top + 46, x - 12, top + 46, "green")
        if gone is not None:
            x = 12 + (gone + 1) * 94
            drawing.arrow(x, top + 46, x - 104, top + 46, "red", dashed=True)
            drawing.text(12 + gone * 94 + 6, top + 32, "its prev is", "small")
            drawing.text(12 + gone * 94 + 6, top + 62, f"#{gone + 1}, not #{gone}", "small")
    return drawing
