"""The commands of ./lesson."""

import argparse
import sys
from pathlib import Path

from . import slicer
from .errors import LessonError


def main(root, arguments):
    options = _parser().parse_args(arguments)
    options.root = Path(root)
    try:
        return options.run(options) or 0
    except LessonError as error:
        print(f"lesson: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def source_of(options):
    rev = getattr(options, "rev", None)
    return slicer.Commit(options.root, rev) if rev else slicer.WorkTree(options.root)


def tree_of(options):
    """The parsed tree on main; an error in a slice, which has nothing left to slice."""
    tree = slicer.Tree.of(source_of(options))
    if tree.is_slice():
        raise LessonError(options.root, "this is the tree of one lesson, not main",
                          "run this command in a checkout of main")
    return tree


def run_slice(options):
    tree = tree_of(options)
    files = tree.slice(options.number, options.start)
    done = slicer.write(files, options.folder)
    what = "starter of lesson" if options.start else "lesson"
    print(f"{what} {options.number:02d}: {done.files} files, {done.written} written, "
          f"{done.deleted} deleted in {options.folder}")


def run_list(options):
    tree = slicer.Tree.of(source_of(options))
    rows = [("no", "slug", "title", "tasks", "files", "lines")]
    for lesson in tree.manifest.lessons:
        mine = [path for path, number in tree.owners.added.items() if number == lesson.number]
        code = [path for path in mine if path.startswith(("src/", "include/"))]
        lines = sum(tree.files[path].data.count(b"\n") for path in code)
        rows.append((lesson.id, lesson.slug, lesson.title, str(len(tree.tasks(lesson.number))),
                     str(len(mine)), str(lines)))
    print_table(rows)
    if options.unowned:
        names = [path for path in tree.files
                 if path not in tree.owners.added and not path.startswith("lessons/")]
        print("\nfiles that no lesson owns:", *names, sep="\n  ")


def print_table(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def _parser():
    parser = argparse.ArgumentParser(prog="./lesson", description="Strata, one lesson at a time.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name, run, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    one = command("list", run_list, "the lessons, their tasks and sizes")
    one.add_argument("--unowned", action="store_true", help="also the files that no lesson owns")
    one = command("slice", run_slice, "write the tree of a lesson to a folder")
    one.add_argument("number", type=int)
    one.add_argument("folder", type=Path)
    one.add_argument("--start", action="store_true", help="the starter instead of the answer")
    one.add_argument("--rev", help="slice this commit instead of the work tree")
    return parser
