"""Lesson "redis-protocol"."""

from .svg import Drawing

_REQUEST = "*3\r\n$3\r\nSET\r\n$4\r\noslo\r\n$6\r\n709000\r\n"
_FIRST_READ = 31  # So many bytes came at first.
_ROW = 12
_CELL = 30


def words_of(request):
    """(begin, size) of each argument."""
    places, at = [], request.index("\r\n") + 2
    while at < len(request):
        end = request.index("\r\n", at)
        size = int(request[at + 1:end])
        places.append((end + 2, size))
        at = end + 2 + size + 2
    return places


def places():
    """The bytes of a request, the places that the parser notes, and where the first read ended."""
    rows = -(-len(_REQUEST) // _ROW)
    drawing = Drawing("The bytes of SET oslo 709000: lengths, words and the end of the first read", 120 + rows * 54)
    drawing.text(12, 22, "The bytes of a request, in two reads", "bold")
    words = words_of(_REQUEST)
    for place, byte in enumerate(_REQUEST):
        row, column = divmod(place, _ROW)
        x, y = 20 + column * _CELL, 40 + row * 54
        word = next((i for i, (begin, size) in enumerate(words) if begin <= place < begin + size), None)
        shown = {"\r": "\\r", "\n": "\\n"}.get(byte, byte)
        drawing.box(x, y, _CELL, 26, "plain" if word is None else "blue", shown,
                    "code" if byte not in "\r\n" else "soft code")
        drawing.text(x + _CELL / 2, y + 38, str(place), "soft small", "middle")
        if place == _FIRST_READ:
            drawing.line(x, y - 9, x, y + 44, "red")
            drawing.text(x + 4, y + 49, "the first read ended here", "red small")
    y = 56 + rows * 54
    drawing.text(20, y, "Noted, once a word is whole:", "small")
    for i, (begin, size) in enumerate(words):
        drawing.box(20 + i * 122, y + 10, 114, 26, "blue", f"from {begin}, {size} bytes", "small")
    return drawing
