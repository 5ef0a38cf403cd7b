"""Lesson "linearizability"."""

from .svg import Drawing

# client, invoked, answered, words, and the moment at which it happened; None: there is no such moment.
_GOOD = [(1, 0, 10, "put x 1", 3.0), (2, 1, 2, "get x: nothing", 1.5), (2, 4, 6, "get x: 1", 5.0),
         (3, 7, 9, "get x: 1", 8.0)]
_BAD = [(1, 0, 10, "put x 1", 2.0), (2, 1, 4, "get x: 1", 3.2), (3, 6, 9, "get x: nothing", None)]


def _lanes(drawing, operations, top, unit):
    for client in (1, 2, 3):
        y = top + (client - 1) * 44
        drawing.text(10, y + 19, f"client {client}", "soft small")
        drawing.line(62, y + 15, 390, y + 15, "soft", dashed=True)
    for client, begin, end, words, moment in operations:
        y = top + (client - 1) * 44
        kind = "red" if moment is None else "blue"
        drawing.box(66 + begin * unit, y, (end - begin) * unit, 30, kind)
        x = 66 + (begin + end) * unit / 2
        drawing.text(x, y - 4 if end - begin < 3 else y + 12, words, "small", "middle")
        if moment is not None:
            drawing.dot(66 + moment * unit, y + 22, 4, "green")


def points(unit=32):
    """A history with the moments at which its operations happened, and one that has no such moments."""
    drawing = Drawing("Two histories of three clients: for one there are moments that explain it, for the other there "
                      "are none", 366)
    drawing.text(10, 20, "There is an order: each dot is within its box", "bold")
    _lanes(drawing, _GOOD, 42, unit)
    order = sorted((moment, words) for _, _, _, words, moment in _GOOD)
    drawing.text(66, 186, " · ".join(words for _, words in order), "green small")
    drawing.text(10, 214, "There is none: nothing, after somebody has seen 1", "bold")
    _lanes(drawing, _BAD, 236, unit)
    return drawing
