"""Layers are carried over edits: by example, and against a plain model for thousands of seeds."""

import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import woven_of
from lesson import layers, record, weave
from lesson.weave import Line, Mark, Task

LAST = 9
SLUGS = {number: f"lesson-{'abcdefghi'[number - 1]}" for number in range(1, LAST + 1)}
NUMBERS = {slug: number for number, slug in SLUGS.items()}


def reread(woven, keep=()):
    """The Woven as it comes back from its two files."""
    main = weave.text_of([line.text for line in woven.main()])
    layer = layers.write(woven, SLUGS, keep)
    if not layer:
        return layers.plain(woven.path, main, woven.base)
    return layers.read(woven.path, layer, main, NUMBERS, woven.base)


def shown(woven):
    out = []
    for item in woven.items:
        if isinstance(item, Mark):
            out.append(f"{'{' if item.opens else '}'}{item.task.id}")
        else:
            out.append(f"{item.low}{f'-{item.high}' if item.high else ''} {item.text}")
    return "\n".join(out)


def edit(old, new, lesson=None):
    """What `old` becomes when main's text of it becomes the lines of `new`."""
    wovens = {woven.path: woven for woven in old} if isinstance(old, list) else {old.path: old}
    news = new if isinstance(new, dict) else {old.path: new}
    bases = {path: wovens[path].base if path in wovens else 1 for path in news}
    return record.carry(wovens, {path: (lines.split("|"), True) for path, lines in news.items()},
                        bases, SLUGS, lesson)


class ByExample(unittest.TestCase):
    def check(self, old, new, expected, lesson=None):
        woven, notes = edit(woven_of(old), new, lesson)
        wanted = woven_of(expected)
        self.assertEqual(shown(woven["src/a.cc"]), shown(wanted))
        self.assertEqual(shown(reread(woven["src/a.cc"])), shown(wanted))
        return "\n".join(map(str, notes))

    def test_a_fix_keeps_the_layer_of_the_place(self):
        old = "1 int alpha;\n4 int beta;\n4 int gamma;\n1 int delta;"
        self.check(old, "int alpha;|int beta2;|int gamma;|int delta;",
                   "1 int alpha;\n4 int beta2;\n4 int gamma;\n1 int delta;")
        said = self.check(old, "int alpha;|int beta;|more;|int gamma;|int delta;",
                          "1 int alpha;\n4 int beta;\n4 more;\n4 int gamma;\n1 int delta;")
        self.assertIn("src/a.cc:3: 1 line from `lesson-d` on", said)
        self.check(old, "int alpha;|int gamma;|int delta;", "1 int alpha;\n4 int gamma;\n1 int delta;")
        # Where two layers meet, the new line is of the older one.
        self.check(old, "int alpha;|int beta;|int gamma;|more;|int delta;",
                   "1 int alpha;\n4 int beta;\n4 int gamma;\n1 more;\n1 int delta;")

    def test_a_lesson_keeps_what_the_others_had(self):
        old = "1 int alpha;\n4 int beta;\n1 int delta;"
        said = self.check(old, "int alpha;|long beta;|int delta;",
                          "1 int alpha;\n4-5 int beta;\n6 long beta;\n1 int delta;", 6)
        self.assertIn("1 line of `lesson-d` past from `lesson-f` on", said)
        self.check(old, "int alpha;|int delta;", "1 int alpha;\n4-5 int beta;\n1 int delta;", 6)
        self.check(old, "int alpha;|long beta;|long delta;",
                   "1 int alpha;\n4-5 int beta;\n1-5 int delta;\n6 long beta;\n6 long delta;", 6)
        self.check(old, "int alpha;|int beta;|int delta;|int last;",
                   "1 int alpha;\n4 int beta;\n1 int delta;\n6 int last;", 6)
        # What comes in a later lesson anyway has no past.
        self.check(old, "int alpha;|long beta;|int delta;", "1 int alpha;\n4 long beta;\n1 int delta;", 3)

    def test_the_past_stays_where_it_was_and_is_told(self):
        old = "1 int alpha;\n1-3 int old;\n4 int beta;\n1 int delta;"
        said = self.check(old, "int alpha;|int better;|int delta;",
                          "1 int alpha;\n1-3 int old;\n4 int better;\n1 int delta;")
        self.assertIn("`lesson-a` to `lesson-c` keep another form here: 'int old;'", said)

    def test_a_task_takes_in_what_is_put_at_its_ends(self):
        old = "1 head {\n{1.1\n1 body;\n1 tail;\n}1.1\n1 }"
        self.check(old, "head {|first;|body;|tail;|last;|}",
                   "1 head {\n{1.1\n1 first;\n1 body;\n1 tail;\n1 last;\n}1.1\n1 }")
        self.check(old, "head {|wholly other;|}", "1 head {\n{1.1\n1 wholly other;\n}1.1\n1 }")

    def test_a_function_goes_with_its_own_brace(self):
        old = "1 void A() {\n1 }\n5 void B() {\n5 }\n1 void C() {\n1 }"
        self.check(old, "void A() {|}|void C() {|}", "1 void A() {\n1 }\n1 void C() {\n1 }")

    def test_what_moves_keeps_its_layer_also_to_another_file(self):
        block = "int one_of_three;|int two_of_three;|int three_of_three;"
        first = woven_of("1 int alpha;\n4 int one_of_three;\n3-3 int old;\n4 int two_of_three;\n"
                         "4 int three_of_three;\n1 int delta;")
        second = woven_of("2 int x;\n2 int y;", "src/b.cc", 2)
        woven, notes = edit([first, second], {"src/a.cc": "int alpha;|int delta;",
                                              "src/b.cc": f"int x;|{block}|int y;"})
        self.assertEqual(shown(woven["src/a.cc"]), "1 int alpha;\n1 int delta;")
        self.assertEqual(shown(woven["src/b.cc"]), "2 int x;\n4 int one_of_three;\n3-3 int old;\n"
                         "4 int two_of_three;\n4 int three_of_three;\n2 int y;")
        self.assertIn("3 lines moved here", "\n".join(map(str, notes)))

    def test_a_file_by_another_name_keeps_everything(self):
        old = woven_of("1 int alpha;\n1-3 int old;\n4 int beta;\n1 int gamma;\n1 int delta;")
        woven, _ = edit([old], {"src/b.cc": "int alpha;|int beta;|int gamma;|int delta;|int more;"})
        self.assertEqual(shown(woven["src/b.cc"]), shown(old) + "\n1 int more;")


# ---------------------------------------------------------------- against a plain model


def is_main(item):
    return isinstance(item, Line) and item.high is None


class Model:
    """Files whose every line knows its lessons. Edits change the lines themselves."""

    def __init__(self, rng):
        self.rng, self.serial = rng, 0
        self.files = {}
        for path, base in (("src/a.cc", 1), ("src/b.cc", rng.randint(1, 4))):
            self.files[path] = (base, self.lines(base, rng.randint(12, 40)))

    def text(self):
        self.serial += 1
        return f"statement_{self.serial:04d}({self.rng.randint(100, 999)});"

    def lines(self, base, count):
        out, low = [], base
        for _ in range(count):
            if self.rng.random() < 0.3:
                low = self.rng.choice([base, base, self.rng.randint(base, LAST)])
            if self.rng.random() < 0.15 and low < LAST:
                out.append(Line(self.text(), low, self.rng.randint(low, LAST - 1)))
            out.append(Line(self.text(), low))
            if self.rng.random() < 0.2:
                out.append(Line(self.rng.choice(["}", "", "  }"]), low))
        return self.with_task(out)

    def with_task(self, lines):
        """The same with a task around some of the lines, most of the time."""
        begin = self.rng.randint(1, len(lines) - 4)
        end = self.rng.randint(begin + 1, min(begin + 8, len(lines) - 1))
        first = next((line for line in lines[begin:end] if line.high is None), None)
        if first is None:
            return lines
        self.serial += 1
        task = Task(first.low, self.serial, "do it", self.rng.choice([None, "x();"]), ["y"])
        return [*lines[:begin], Mark(task, True), *lines[begin:end], Mark(task, False), *lines[end:]]

    def wovens(self):
        return {path: weave.Woven(path, base, list(lines)) for path, (base, lines) in self.files.items()}

    def main(self, path):
        return [line for line in self.files[path][1] if is_main(line)]

    # Each edit is of one place; places are kept apart, so that what is meant is plain.

    def place(self, taken, length):
        """The index in a file's lines of `length` lines of main with nothing between them."""
        for _ in range(60):
            path = self.rng.choice(list(self.files))
            lines = self.files[path][1]
            if len(lines) < length + 4:
                continue
            at = self.rng.randint(2, len(lines) - length - 2)
            around = lines[at - 2:at + length + 2]
            if all(is_main(line) and len(line.text) > 4 and id(line) not in taken for line in around):
                taken.update(map(id, around))
                return path, at
        return None

    def insert(self, taken, lesson):
        place = self.place(taken, 0)
        if place:
            base, lines = self.files[place[0]]
            low = min(lines[place[1] - 1].low, lines[place[1]].low)
            low = low if lesson is None else max(low, lesson)
            new = [Line(self.text(), low) for _ in range(self.rng.randint(1, 4))]
            taken.update(map(id, new))
            lines[place[1]:place[1]] = new

    def delete(self, taken, lesson):
        length = self.rng.randint(1, 4)
        place = self.place(taken, length)
        if place:
            lines = self.files[place[0]][1]
            gone = lines[place[1]:place[1] + length]
            lines[place[1]:place[1] + length] = [
                Line(line.text, line.low, lesson - 1) for line in gone
                if lesson is not None and line.low < lesson]

    def change(self, taken, lesson):
        length = self.rng.randint(1, 3)
        place = self.place(taken, length)
        if place:
            lines = self.files[place[0]][1]
            new = []
            for line in lines[place[1]:place[1] + length]:
                if lesson is not None and line.low < lesson:
                    new.append(Line(line.text, line.low, lesson - 1))
                low = line.low if lesson is None else max(line.low, lesson)
                new.append(Line(line.text + "  // " + self.text(), low))
            taken.update(map(id, new))
            lines[place[1]:place[1] + length] = new

    def move(self, taken, lesson):
        if lesson is not None:
            return
        length = self.rng.randint(3, 6)
        place, target = self.place(taken, length), self.place(taken, 0)
        if place and target:
            lines = self.files[place[0]][1]
            block = lines[place[1]:place[1] + length]
            before = self.files[target[0]][1][target[1]]
            del lines[place[1]:place[1] + length]
            base, into = self.files[target[0]]
            at = next(i for i, line in enumerate(into) if line is before)
            into[at:at] = [Line(line.text, max(line.low, base)) for line in block]
            taken.update(map(id, into[at:at + length]))

    def edit(self, lesson):
        taken = set()
        for _ in range(self.rng.randint(1, 5)):
            self.rng.choice([self.insert, self.delete, self.change, self.move])(taken, lesson)


def slices(wovens):
    return {(path, number, starter): weave.render(woven, number, starter)
            for path, woven in wovens.items() for number in range(1, LAST + 1) for starter in (False, True)}


CASES = int(os.environ.get("STRATA_LAYER_CASES", "300"))


class AgainstAModel(unittest.TestCase):
    def test_random_edits(self):
        for seed in range(CASES):
            model = Model(random.Random(seed))
            wovens = {path: reread(woven) for path, woven in model.wovens().items()}
            with self.subTest(seed=seed):
                self.assertEqual(slices(wovens), slices(model.wovens()))
                for _ in range(3):
                    lesson = model.rng.choice([None, model.rng.randint(2, LAST)])
                    if lesson is not None:
                        lesson = max([lesson, *(base for base, _ in model.files.values())])
                    model.edit(lesson)
                    news = {path: ([line.text for line in model.main(path)], True) for path in model.files}
                    bases = {path: base for path, (base, _) in model.files.items()}
                    keep = [word for woven in wovens.values()
                            for word in layers.write(woven, SLUGS).split()]
                    carried, _ = record.carry(wovens, news, bases, SLUGS, lesson)
                    wovens = {path: reread(woven, keep) for path, woven in carried.items()}
                    self.assertEqual(slices(wovens), slices(model.wovens()))

    def test_two_people_edit_in_two_places(self):
        """Their branches merge, in the layer file too, and the slices have both edits."""
        merged = 0
        for seed in range(CASES // 5):
            with self.subTest(seed=seed):
                merged += self.merge(seed)
        self.assertGreater(merged, CASES // 10)

    def merge(self, seed):
        texts = []
        for turns in ((), (0,), (1,), (0, 1)):
            model = Model(random.Random(seed))
            base, lines = model.files["src/a.cc"]
            if len(lines) < 24:
                return 0
            lines[len(lines) // 2:len(lines) // 2] = [Line(f"the_middle_{i}();", base) for i in range(8)]
            halves = lines[:len(lines) // 2], lines[len(lines) // 2:]
            wovens = {"src/a.cc": weave.Woven("src/a.cc", base, list(lines))}
            layer = layers.write(wovens["src/a.cc"], SLUGS)
            for turn in turns:
                model.rng = random.Random(seed * 2 + turn)
                model.serial = 1000 * (turn + 1)
                model.files = {"src/a.cc": (base, halves[turn])}
                taken = {id(line) for line in halves[turn] if isinstance(line, Line) and "middle" in line.text}
                for _ in range(2):
                    model.rng.choice([model.insert, model.delete, model.change])(taken, None)
            whole = halves[0] + halves[1]
            news = {"src/a.cc": ([line.text for line in whole if is_main(line)], True)}
            carried, _ = record.carry(wovens, news, {"src/a.cc": base}, SLUGS)
            texts.append((weave.text_of(news["src/a.cc"][0]),
                          layers.write(carried["src/a.cc"], SLUGS, layer.split()) or "\n",
                          slices({"src/a.cc": weave.Woven("src/a.cc", base, whole)})))
        main = three_way(texts[0][0], texts[1][0], texts[2][0])
        layer = three_way(texts[0][1], texts[1][1], texts[2][1])
        self.assertIsNotNone(main)
        self.assertIsNotNone(layer)
        woven = layers.read("src/a.cc", layer, main, NUMBERS, base) if layer.strip() else \
            layers.plain("src/a.cc", main, base)
        self.assertEqual(slices({"src/a.cc": woven}), texts[3][2])
        return 1


def three_way(base, ours, theirs):
    """git's merge of three texts, or None for a conflict."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            (Path(folder) / name).write_text(text)
            names.append(name)
        done = subprocess.run(["git", "merge-file", "-p", *names], cwd=folder, capture_output=True, text=True)
        return done.stdout if done.returncode == 0 else None


if __name__ == "__main__":
    unittest.main()
