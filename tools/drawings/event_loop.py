"""Lesson "event-loop"."""

from .svg import Drawing

_READS = ["a put k", " v\nb pu", "t k w\n"]  # As in tests/server/connection_test.cc.
_CELL = 13.2


def pieces():
    """Requests that come in pieces: what Consume is given at each read, what it takes, what is kept."""
    drawing = Drawing("Three reads of one connection: what was kept, what came, what is carried out", 250)
    drawing.text(12, 22, "What Consume is given, read by read", "bold")
    kept = ""
    for i, piece in enumerate(_READS):
        y = 40 + i * 62
        given = kept + piece
        taken = given.rfind("\n") + 1
        drawing.text(12, y + 17, f"read {i + 1}", "soft")
        for place, character in enumerate(given):
            kind = "amber" if place < len(kept) else "blue"
            drawing.box(66 + place * _CELL, y, _CELL, 24, kind, character.replace("\n", "⏎").replace(" ", "␣"),
                        "code")
        x = 66 + taken * _CELL
        if taken:
            drawing.line(66, y + 30, x - 2, y + 30, "green")
            drawing.text(66, y + 44, "carried out", "green small")
        if taken < len(given):
            drawing.line(x + 1, y + 30, 66 + len(given) * _CELL, y + 30, "amber")
            drawing.text(max(x + 1, 66), y + 44, "kept in input_", "amber small")
        kept = given[taken:]
    drawing.box(12, 226, 12, 12, "amber")
    drawing.text(30, 236, "was in input_", "small")
    drawing.box(122, 226, 12, 12, "blue")
    drawing.text(140, 236, "came with this read: in scratch", "small")
    return drawing
