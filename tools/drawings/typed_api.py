"""Lesson "typed-api"."""

from .svg import Drawing

_HEADER = 5
_MESSAGES = [("Get", 6), ("empty", 0), ("Put", 14)]  # The bytes behind each header.
_FRAMES = [8, 9, 18]  # How many bytes of them each DATA frame has.
_READS = [5, 15, 15]  # And each piece that comes from the network.


def _row(drawing, y, cuts, scale, kind, words):
    x = 20
    for size, word in zip(cuts, words):
        drawing.box(x, y, size * scale, 26, kind, word, "small")
        x += size * scale


def frames():
    """Messages in frames in pieces: none of the borders are in the same places."""
    total = sum(size + _HEADER for _, size in _MESSAGES)
    scale = 360 / total
    drawing = Drawing("The same bytes as pieces of the network, as frames and as messages", 236)
    drawing.text(12, 22, f"The same {total} bytes, seen three times", "bold")
    drawing.text(20, 50, "what the network brings", "soft small")
    _row(drawing, 56, _READS, scale, "plain", [f"{size} bytes" for size in _READS])
    drawing.text(20, 104, "payload of HTTP/2's DATA frames: nghttp2 takes them apart", "soft small")
    _row(drawing, 110, _FRAMES, scale, "amber", [f"frame: {size}" for size in _FRAMES])
    drawing.text(20, 158, "messages of gRPC: yours", "soft small")
    x = 20
    for name, size in _MESSAGES:
        drawing.box(x, 164, _HEADER * scale, 26, "green", f"0, {size}", "small")
        if size:
            drawing.box(x + _HEADER * scale, 164, size * scale, 26, "blue", name, "small")
        x += (_HEADER + size) * scale
    drawing.box(20, 210, 12, 12, "green")
    drawing.text(38, 220, "header: not compressed, so many bytes", "small")
    drawing.box(290, 210, 12, 12, "blue")
    drawing.text(308, 220, "the message", "small")
    return drawing


_LEASE = 4     # Seconds.
_SWEEPS = [5, 10]
# Of each thing: its name, when it was opened, its uses (from, until).
_HELD = [("read twice", 0, [(2, 2), (5, 5)]), ("used for long", 1, [(3, 9)]), ("client is gone", 2, [])]


def leases():
    """When each held thing's lease ends, and when a sweep finds that out."""
    drawing = Drawing("Three leases over time: renewed by uses, in use past its end, never renewed", 206)
    scale, left = 25, 108
    drawing.text(12, 22, f"Three things with leases of {_LEASE} seconds", "bold")
    for sweep in _SWEEPS:
        drawing.line(left + sweep * scale, 36, left + sweep * scale, 156, "soft", dashed=True)
        drawing.text(left + sweep * scale, 170, f"sweep, {sweep} s", "soft small", "middle")
    drawing.text(left, 170, "0 s", "soft small", "middle")
    for i, (name, begin, uses) in enumerate(_HELD):
        y = 34 + i * 40
        until = begin + _LEASE
        for first, last in uses:
            until = max(first + _LEASE, last)
        swept = next(sweep for sweep in _SWEEPS if sweep >= until)
        drawing.text(12, y + 21, name, "small")
        drawing.box(left + begin * scale, y + 6, (until - begin) * scale, 22, "green")
        drawing.box(left + until * scale, y + 6, (swept - until) * scale, 22, "red", dashed=True)
        for first, last in uses:
            if last == first:
                drawing.dot(left + first * scale, y + 17, 4, "blue")
            else:
                drawing.box(left + first * scale, y + 10, (last - first) * scale, 14, "blue", "one call", "small")
    for x, kind, words in ((12, "green", "held"), (80, "blue", "in use, or read"),
                           (196, "red", "over: no call finds it")):
        drawing.box(x, 184, 12, 12, kind)
        drawing.text(x + 18, 194, words, "small")
    return drawing
