"""Lesson "tls-and-identities"."""

from .svg import Drawing


def records():
    """Where the bytes of a reply are, while the wire takes them: what counts as sent."""
    drawing = Drawing("Three moments of a write: what the wire has taken, and what counts as sent", 268)
    drawing.text(12, 22, "One write of 30 bytes: two parts, one record of 52", "bold")
    unit = 6.4
    for i, (moment, taken, counted) in enumerate([("the wire has no room", 0, 0), ("it takes 20 bytes", 20, 0),
                                                  ("it takes the rest", 52, 30)]):
        y = 42 + i * 70
        drawing.text(12, y + 10, f"{i + 1}. {moment}", "small")
        drawing.box(12, y + 16, 52 * unit, 20, "amber")
        if taken:
            drawing.box(12, y + 16, taken * unit, 20, "green")
        drawing.text(12 + 26 * unit, y + 30, f"{taken} of 52 bytes of the record have left", "small", "middle")
        if counted:
            drawing.box(12, y + 40, counted * unit, 14, "blue")
            drawing.text(12 + 15 * unit, y + 51, "30", "small", "middle")
        drawing.text(12 + (31 if counted else 0) * unit, y + 51, "Write gives 30" if counted else
                     "Write gives 0, and 30 are owed", "blue small")
    drawing.text(12, 260, "Half a record can't be decrypted: the peer has nothing of it.", "soft small")
    return drawing


def hidden():
    """Bytes that no poller sees: decrypted, and not read."""
    drawing = Drawing("Where bytes wait: in the kernel, where the poller sees them, and in the stream, where it doesn't",
                      196)
    drawing.text(12, 22, "Where bytes wait", "bold")
    places = [("kernel", "a record that came", "green", "the poller sees it"),
              ("stream", "decrypted, not read", "amber", "nobody sees it"),
              ("protocol", "read", "blue", "")]
    for i, (name, what, kind, seen) in enumerate(places):
        x = 12 + i * 130
        drawing.box(x, 52, 112, 46, kind, what, "small")
        drawing.text(x + 56, 46, name, "bold small", "middle")
        if seen:
            drawing.text(x + 56, 114, seen, "small", "middle")
        if i < 2:
            drawing.arrow(x + 113, 75, x + 129, 75)
    drawing.text(12, 146, "epoll: is the kernel's buffer empty?", "code")
    drawing.text(12, 164, "TlsPoller: or has the stream more,", "code")
    drawing.text(12, 182, "           and does somebody want to read?", "code")
    return drawing
