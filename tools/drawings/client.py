"""Lesson "client"."""

from .svg import Drawing

# What happens in two histories, by tenths of a second: (when, what). To the client both look alike.
_HISTORIES = [
    ("the request is lost", [(0, "request lost"), (6, "break"), (9, "request"), (10, "written"), (10, "answer: done")]),
    ("the answer is lost", [(0, "request"), (1, "written"), (1, "answer lost"), (6, "break"), (9, "request"),
                            (10, "found"), (10, "answer: done, repeated")]),
]


def attempts():
    """A put in two attempts with one id, in two histories."""
    drawing = Drawing("A put in two attempts: the request is lost, or the answer is. The client sees the same", 336)
    drawing.text(12, 22, "One put, id a1. The client can't tell these apart", "bold")
    for i, (name, events) in enumerate(_HISTORIES):
        client, server = 24 + i * 194, 174 + i * 194
        drawing.text((client + server) / 2, 46, name, "soft", "middle")
        for x, who, at in ((client, "client", "start"), (server, "server", "end")):
            drawing.text(x - 12 if at == "start" else x + 12, 66, who, "small", at)
            drawing.line(x, 74, x, 322, "soft")
        for when, what in events:
            _event(drawing, client, server, 88 + when * 19.5, what)
    drawing.line(197, 40, 197, 322, "soft", dashed=True)
    return drawing


def _event(drawing, client, server, y, what):
    middle = (client + server) / 2
    if what == "break":
        drawing.cross(client, y)
        drawing.text(client + 10, y - 4, "it breaks: in doubt,", "red small")
        drawing.text(client + 10, y + 9, "so wait, and again", "red small")
    elif what.startswith("request"):
        lost = what.endswith("lost")
        drawing.text(middle, y - 3, "put, id a1", "small", "middle")
        drawing.arrow(client, y, middle + 24 if lost else server, y + (10 if lost else 17), "blue")
        if lost:
            drawing.cross(middle + 30, y + 12)
    elif what in ("written", "found"):
        drawing.dot(server, y, 4, "green")
        drawing.text(server - 9, y + 9, {"written": "put and id", "found": "id is there"}[what], "green small", "end")
    elif what == "answer lost":
        drawing.arrow(server, y + 16, middle - 12, y + 28, "blue")
        drawing.cross(middle - 18, y + 30)
    else:
        drawing.arrow(server, y + 12, client, y + 30, "blue")
        drawing.text(client + 8, y + 42, what.removeprefix("answer: "), "green bold")


_STALL = 100   # ms; the server answers nothing before.
_GAP = 5       # ms between the requests of an open loop,
_SERVE = 1     # and what a request takes otherwise.
_END = 160


def latencies():
    """(sent or due, ms it took) of both loops."""
    closed, at = [], 0
    while at < _END:
        took = max(_STALL - at, _SERVE)
        closed.append((at, took))
        at += max(took, _GAP)
    return closed, [(due, max(_STALL - due, _SERVE)) for due in range(0, _END, _GAP)]


def stall():
    """What a closed and an open loop measure of the same stall."""
    drawing = Drawing("Latencies around a stall of 100 ms: a closed loop has one slow request, an open one many", 312)
    drawing.text(12, 22, f"The server stalls for {_STALL} ms", "bold")
    closed, opened = latencies()
    for i, (name, points) in enumerate((("closed loop: one request at a time", closed),
                                        (f"open loop: one is due every {_GAP} ms", opened))):
        bottom = 150 + i * 132
        slow = sum(took > 10 for _, took in points)
        drawing.text(44, bottom - 98, f"{name}; {slow} slower than 10 ms", "small")
        drawing.box(44, bottom - 84, _STALL * 2.1, 84, "red")
        drawing.line(44, bottom, 44 + _END * 2.1, bottom, "soft")
        for took in (0, 50, 100):
            drawing.text(38, bottom - took * 0.8 + 4, str(took), "soft small", "end")
        for due, took in points:
            drawing.line(44 + due * 2.1, bottom, 44 + due * 2.1, bottom - took * 0.8, "blue")
            drawing.dot(44 + due * 2.1, bottom - took * 0.8, 3, "blue")
        for ms in (0, 50, 100, 150):
            drawing.text(44 + ms * 2.1, bottom + 14, f"{ms} ms", "soft small", "middle")
    return drawing
