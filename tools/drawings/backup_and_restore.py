"""Lesson "backup-and-restore"."""

from .svg import Drawing

# Files of the store by number, and in which of the three backups each is.
_FILES = [("4.sst", (1, 2)), ("6.blob", (1, 2, 3)), ("9.sst", (2,)), ("12.sst", (3,))]
_BACKUPS = ["monday", "tuesday", "wednesday"]


def shared():
    """Three backups of which each needs some files; each file is there once."""
    drawing = Drawing("Three backups and the four files that they need, each of which is there once", 232)
    drawing.text(12, 22, "Three backups, and each file once", "bold")
    for i, (name, users) in enumerate(_FILES):
        x = 16 + i * 94
        drawing.box(x, 168, 84, 30, "blue" if max(users) > 1 else "plain", name, "code")
        for user in users:
            drawing.line(58 + (user - 1) * 134, 76, x + 42, 166, "soft" if user < 3 else "green", dashed=user < 3)
    for i, name in enumerate(_BACKUPS):
        drawing.box(16 + i * 134, 44, 100, 32, "green" if i == 2 else "plain", name, "small")
    drawing.text(12, 220, "4 and 9 were merged into 12: only 12 is copied on wednesday", "soft small")
    return drawing


_STEPS = [("file-12.sst", "put"), ("backup-3", "put"), ("backup-1", "delete"), ("file-4.sst", "delete")]


def order():
    """What is there after each step of a backup and a prune: a backup's files always are."""
    drawing = Drawing("Files are put before the backup that needs them, and deleted after it", 218)
    drawing.text(12, 22, "A crash at any line leaves a backup whole, or none", "bold")
    for i, (name, verb) in enumerate(_STEPS):
        x = 16 + i * 96
        is_backup = name.startswith("backup")
        kind = "green" if verb == "put" else "red"
        drawing.text(x + 42, 52, verb, f"{kind} small", "middle")
        drawing.box(x, 60, 84, 30, kind, name, "code small" if not is_backup else "code bold small")
        if i < len(_STEPS) - 1:
            drawing.line(x + 90, 46, x + 90, 104, "amber", dashed=True)
            drawing.text(x + 90, 118, ("unused file", "whole", "unused file")[i], "amber small", "middle")
    drawing.text(16, 150, "backing up: files, then the backup", "green small")
    drawing.text(16, 168, "pruning: the backup, then its files", "red small")
    drawing.text(16, 196, "An object that nobody needs costs room. One that is", "soft small")
    drawing.text(16, 211, "missing costs the backup.", "soft small")
    return drawing
