"""Lesson "scrub-and-repair"."""

from .svg import Drawing

# The pieces of a table's file in their order: its role, what stands in it, whether it is damaged.
_PIECES = [("data", "a..f", False), ("data", "f..m", True), ("data", "m..s", False), ("data", "s..z", False),
           ("index", "f m s z", False), ("filter", "", False), ("footer", "", False)]


def walk():
    """A table with a damaged block: which keys are errors, and how blocks are found without an index."""
    drawing = Drawing("A table's file of four data blocks, the second of them damaged, with and without an index", 268)
    width = 53
    drawing.text(12, 22, "With its index: one range is lost", "bold")
    for i, (role, keys, damaged) in enumerate(_PIECES):
        x = 14 + i * width
        kind = "red" if damaged else "blue" if role == "data" else "plain"
        drawing.box(x, 34, width - 2, 34, kind, keys if role == "data" else role, "code" if role == "data" else "small")
        if role == "data":
            drawing.text(x + width / 2 - 1, 84, "error" if damaged else "read", "red small" if damaged else "green small",
                         "middle")
    drawing.line(14 + 4 * width + 20, 70, 14 + 4 * width + 20, 98, "soft")
    drawing.line(14 + 4 * width + 20, 98, 24, 98, "soft")
    for i in range(4):
        drawing.arrow(24 + i * width, 98, 24 + i * width, 70, "soft")
    drawing.text(388, 112, "the index says where each begins", "soft small", "end")

    drawing.text(12, 136, "Without: a chain, as far as it is whole", "bold")
    for i, (role, keys, damaged) in enumerate(_PIECES):
        x = 14 + i * width
        reached = i == 0
        kind = "red" if damaged or role == "index" else "blue" if reached else "none"
        drawing.box(x, 148, width - 2, 34, kind, keys if role == "data" else role, "code" if role == "data" else "small",
                    dashed=not reached and kind == "none")
    drawing.text(14, 202, "size 1? 2? 3? ... the checksum fits:", "small")
    drawing.text(14, 218, "a block, and the next begins here", "small")
    drawing.arrow(14 + width - 1, 190, 14 + width - 1, 184, "green")
    drawing.text(388, 202, "no size fits: from", "red small", "end")
    drawing.text(388, 218, "here on nothing is found", "red small", "end")
    drawing.text(12, 250, "A checksum covers the file's id and the block's offset:", "soft small")
    drawing.text(12, 263, "no other bytes pass for the block that belongs here.", "soft small")
    return drawing


def around():
    """Runs pile up above a damaged table and are merged among themselves."""
    drawing = Drawing("Level 0 is merged within itself while a table of level 1 is damaged", 222)
    for column, (title, runs) in enumerate([("before", [1, 1, 1, 1]), ("four runs are one", [4]),
                                            ("and four more later", [4, 4])]):
        x = 14 + column * 130
        drawing.text(x, 22, title, "bold small")
        for row, size in enumerate(runs):
            drawing.box(x, 34 + row * 22, 112, 18, "green" if size > 1 else "blue", f"run of {size}" if size > 1 else "",
                        "small")
        y = 134
        for i, damaged in enumerate([False, True, False]):
            drawing.box(x + i * 38, y, 36, 26, "red" if damaged else "plain", "✗" if damaged else "")
    drawing.text(14, 182, "Nothing may be merged into the damaged table, and", "soft small")
    drawing.text(14, 196, "nothing of level 0 may go past it. So the newer runs", "soft small")
    drawing.text(14, 210, "become one, where they are.", "soft small")
    return drawing
