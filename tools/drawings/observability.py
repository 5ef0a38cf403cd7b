"""Lesson "observability"."""

from .svg import Drawing

# The bound of each bucket that is kept, its count, and whether that bound is told.
_BUCKETS = [("1 ms", 1, True), ("1.5 ms", 2, False), ("2 ms", 0, True), ("5 ms", 0, True), ("10 ms", 4, True),
            ("longer", 8, True)]


def buckets():
    """A histogram as it is kept, and as it is told: each count has those before it in it."""
    drawing = Drawing("Counts of six buckets, and the counts that are told, each with those before it", 222)
    column, unit = 60, 7.5
    drawing.text(12, 22, "What is kept, and what is told", "bold")
    told = 0
    for i, (bound, count, is_told) in enumerate(_BUCKETS):
        x = 24 + i * column
        before, told = told, told + count
        drawing.text(x + 22, 190, bound if bound == "longer" else f"≤ {bound}", "small", "middle")
        base = 174
        if is_told:
            drawing.box(x, base - told * unit - 1, 44, told * unit + 1, "green")
            if before:
                drawing.line(x, base - before * unit, x + 44, base - before * unit, "green", dashed=True)
            drawing.text(x + 22, base - told * unit - 6, str(told), "green bold", "middle")
        else:
            drawing.text(x + 22, base - told * unit - 24, "not told:", "soft small", "middle")
            drawing.text(x + 22, base - told * unit - 11, "the next has it", "soft small", "middle")
        if count:
            drawing.box(x + 12, base - count * unit, 20, count * unit, "blue",
                        str(count) if count > 1 else "", "small")
    drawing.line(16, 174, 384, 174, "soft")
    drawing.box(24, 202, 12, 12, "blue")
    drawing.text(42, 212, "kept: count of the bucket", "small")
    drawing.box(204, 202, 12, 12, "green")
    drawing.text(222, 212, "told: with all before", "small")
    return drawing


_PLACES = 4
_EVENTS = ["started", "put", "put", "flush", "flushed", "merge", "stall"]
_WATCHERS = [("reads", 5), ("slept", 1), ("came back", 7)]  # Each with the last number it was sent.


def ring():
    """The last events, and three watchers that are nothing but a number."""
    drawing = Drawing("A ring of four places with the events 4 to 7, and three watchers", 230)
    drawing.text(12, 22, f"A ring of {_PLACES} places, after {len(_EVENTS)} events", "bold")
    cell = 52
    first = len(_EVENTS) - _PLACES + 1
    for number, event in enumerate(_EVENTS, 1):
        x = 16 + (number - 1) * cell
        there = number >= first
        drawing.box(x, 52, cell - 2, 34, "blue" if there else "none", event if there else "gone",
                    "small" if there else "soft small", dashed=not there)
        drawing.text(x + cell / 2 - 1, 46, str(number), "bold" if there else "soft", "middle")
    for i, (name, last) in enumerate(_WATCHERS):
        y = 106 + i * 42
        missed = max(0, first - (last + 1))
        at = 16 + (last - 1) * cell + cell / 2 - 1
        drawing.dot(at, y, 5, "amber")
        if missed:
            drawing.box(at + cell / 2 + 1, y - 9, missed * cell - 2, 18, "red", f"missed {missed}", "small")
        left = len(_EVENTS) - max(last, first - 1)
        if left:
            drawing.arrow(16 + (max(last + 1, first) - 1) * cell, y, 16 + len(_EVENTS) * cell - 8, y, "green")
        words = f"{name}: has {last}; " + (f"is told that {missed} are gone, then sent {left}" if missed
                                           else f"is sent {left}" if left else "waits to be woken")
        drawing.text(16 if last < 6 else 380, y + 21, words, "small", "start" if last < 6 else "end")
    return drawing
