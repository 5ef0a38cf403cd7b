"""Lesson "encryption-at-rest"."""

from .svg import Drawing

_PIECE = [("ciphertext", 196, "blue"), ("tag 16", 64, "green"), ("number 8", 64, "soft")]
_COVERED = ["kind of piece", "offset in the file", "what the format says"]


def keys():
    """Three kinds of keys above each other, and what each opens."""
    drawing = Drawing("A key from elsewhere opens the keyring; a data key in it gives each file its own", 236)
    drawing.text(12, 22, "Who opens what", "bold")
    drawing.box(130, 36, 140, 30, "green", "key from elsewhere", "small")
    drawing.line(200, 66, 200, 88, "soft")
    drawing.text(208, 82, "opens the keyring", "soft small")
    for i, name in enumerate(["old data key", "active data key"]):
        drawing.box(50 + i * 160, 90, 140, 30, "blue", name, "small")
    for i, (name, above) in enumerate([("000004.sst", 0), ("000009.wal", 1), ("000010.sst", 1)]):
        x = 24 + i * 124
        drawing.line(120 + above * 160, 120, x + 52, 160, "soft")
        drawing.box(x, 160, 104, 30, "green", name, "small")
    drawing.text(12, 212, "a file's key: HKDF(data key, its salt, kind | number | store)", "small")
    return drawing


def piece():
    """A sealed piece, and what its tag covers."""
    drawing = Drawing("A sealed block: the ciphertext, the tag and the number; what the tag covers", 170)
    drawing.text(12, 22, "A sealed piece", "bold")
    x = 24
    for name, width, color in _PIECE:
        drawing.box(x, 36, width, 34, color, name, "small")
        x += width + 4
    drawing.text(24, 96, "the tag covers the ciphertext, and, without storing them,", "small")
    for i, name in enumerate(_COVERED):
        drawing.box(24 + i * 120, 108, 112, 28, "soft", name, "small")
    drawing.text(24, 158, "nonce: 1 | number", "small")
    return drawing
