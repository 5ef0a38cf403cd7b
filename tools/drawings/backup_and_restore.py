"""Lesson "backup-and-restore"."""

from .svg import Drawing

# The store's files at three backups: a merge puts 8 in the place of 4 and 5.
_BACKUPS = [("backup 1", [4, 5]), ("backup 2", [4, 5, 7]), ("backup 3", [8, 9])]
_FILES = sorted({number for _, files in _BACKUPS for number in files})


def repository():
    """Three backups, and the files that they need."""
    drawing = Drawing("Three backups and the five files that they need, each there once", 216)
    drawing.text(12, 22, "Each file once, and lists that need them", "bold")
    place = {number: 30 + i * 72 for i, number in enumerate(_FILES)}
    for i, (name, files) in enumerate(_BACKUPS):
        x = 30 + i * 128
        drawing.box(x, 44, 96, 30, "green", name, "small")
        for number in files:
            is_new = all(number not in before for _, before in _BACKUPS[:i])
            drawing.arrow(x + 48, 74, place[number] + 26, 136, "blue" if is_new else "soft", dashed=not is_new)
    for number in _FILES:
        going = all(number not in files for _, files in _BACKUPS[1:])
        drawing.box(place[number], 136, 52, 30, "none" if going else "blue", f"{number:06}", "small")
    drawing.text(12, 192, "A full line: copied for that backup. A dashed one: it was there.", "small")
    drawing.text(12, 208, "When 1 and 2 are pruned, " +
                 ", ".join(str(number) for number in _FILES if number not in _BACKUPS[2][1]) +
                 " go: no list needs them.", "small")
    return drawing


# (first, last sequence) of logs that were shipped; a flush came before 14 and 15 were.
_BASES = [("backup 1", 5), ("backup 2", 15)]
_LOGS = [(6, 9), (10, 13), (16, 20)]
_LAST = 20


def moments():
    """Which sequences can be had: those to which a backup and logs lead without a hole."""
    drawing = Drawing("Backups at 5 and 15, logs from 6 to 13 and from 16 to 20, and what can be had", 178)
    drawing.text(12, 22, "Which moments can be had", "bold")
    unit, left = 18, 16
    reached = set()
    for name, base in _BASES:
        x = left + (base - 1) * unit
        drawing.box(x, 52, unit - 2, 28, "green")
        drawing.text(x + unit / 2, 46, name, "small", "middle")
        reached.add(base)
        end = base
        for first, last in _LOGS:
            if first <= end + 1 <= last:
                reached.update(range(end + 1, last + 1))
                end = last
    for first, last in _LOGS:
        drawing.box(left + (first - 1) * unit, 86, (last - first + 1) * unit - 2, 22, "blue",
                    f"logs {first} to {last}", "small")
    for sequence in range(1, _LAST + 1):
        x = left + (sequence - 1) * unit
        if sequence in reached:
            drawing.dot(x + unit / 2 - 1, 126, 4, "green")
        else:
            drawing.cross(x + unit / 2 - 1, 126)
    missing = [sequence for sequence in range(_BASES[0][1], _LAST) if sequence not in reached]
    drawing.text(12, 154, f"{missing[0]} and {missing[-1]} were flushed before their log was shipped:", "small")
    drawing.text(12, 170, "nothing leads past the hole until the next backup.", "small")
    return drawing
