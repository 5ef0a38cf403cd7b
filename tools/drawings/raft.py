"""Lessons "raft-elections" and "raft-replication"."""

from .svg import Drawing

# (when, from, to, what, kind): messages of an election by node 1; node 3 answers late.
_ELECTION = [
    (0, 1, 2, "pre-vote?", "soft"), (0, 1, 3, "", "soft"), (2, 2, 1, "yes", "soft"),
    (5, 1, 2, "vote? term 2", "blue"), (5, 1, 3, "", "blue"), (8, 2, 1, "yes", "blue"),
    (10, 1, 2, "append: term 2 begins", "green"), (10, 1, 3, "", "green"),
]
# What is written, and when it is durable: (node, from, to).
_WRITES = [(1, 4, 5), (2, 7, 8)]


def election():
    """Pre-vote, vote and the first entry, with the writes that a message waits for."""
    drawing = Drawing("An election: a pre-vote changes nothing; a vote is told when it is durable", 330)
    columns = {2: 70, 1: 200, 3: 330}
    drawing.text(12, 22, "Node 1 is elected in term 2", "bold")
    for node, x in columns.items():
        drawing.text(x, 50, f"node {node}", "small", "middle")
        drawing.line(x, 58, x, 318, "soft")
    for node, begin, end in _WRITES:
        drawing.box(columns[node] - 7, 70 + begin * 20, 14, (end - begin) * 20, "amber")
        drawing.text(columns[node] + (12 if node == 1 else -12), 84 + begin * 20, "sync",
                     "amber small", "start" if node == 1 else "end")
    for when, sender, receiver, what, kind in _ELECTION:
        y = 70 + when * 20
        x, to_x = columns[sender], columns[receiver]
        drawing.arrow(x, y, to_x, y + 34, kind)
        if what:
            drawing.text((x + to_x) / 2, y + 8, what, f"{kind} small", "middle")
    return drawing


# Figure 8: the logs of three nodes as terms, who leads, and what happens.
_FIGURE_8 = [
    ("1 leads in term 1, and its x reaches nobody", 1, {1: [1, 1], 2: [1], 3: [1]}),
    ("3 leads in term 2, and its entry reaches nobody", 3, {1: [1, 1], 2: [1], 3: [1, 2]}),
    ("1 leads in term 3, and brings x to node 2", 1, {1: [1, 1, 3], 2: [1, 1], 3: [1, 2]}),
    ("3 leads in term 4, and replaces x", 3, {1: [1, 2, 4], 2: [1, 2, 4], 3: [1, 2, 4]}),
]
_KINDS = {1: "blue", 2: "amber", 3: "green", 4: "red"}


def figure_8():
    """Why an entry of an older term isn't committed though a majority has it."""
    drawing = Drawing("An entry that a majority holds is replaced: three logs in four steps", 440)
    drawing.text(12, 22, "x is on two of three nodes, and yet it goes", "bold")
    for step, (what, leader, logs) in enumerate(_FIGURE_8):
        top = 40 + step * 100
        drawing.text(12, top + 10, f"{step + 1}. {what}", "small")
        for row, (node, terms) in enumerate(logs.items()):
            y = top + 18 + row * 24
            drawing.text(60, y + 15, f"node {node}", "bold small" if node == leader else "soft small", "end")
            for place, term in enumerate(terms):
                is_x = place == 1 and term == 1
                drawing.box(70 + place * 66, y, 62, 20, _KINDS[term], f"{term}: x" if is_x else str(term), "small")
    return drawing


def window():
    """What a leader knows of a follower's log: match, in flight, next."""
    drawing = Drawing("A leader's view of a follower: what it holds, what is on its way, what comes next", 120)
    drawing.text(12, 22, "What node 1 knows of node 2", "bold")
    for index in range(1, 13):
        kind = "green" if index <= 5 else "amber" if index <= 9 else "plain"
        drawing.box(12 + (index - 1) * 31, 40, 28, 24, kind, str(index), "small")
    for index, words in ((5, "match"), (7.5, "in flight"), (10, "next")):
        drawing.text(26 + (index - 1) * 31, 84, words, "small", "middle")
    drawing.text(12, 108, "held, durably · sent, not answered · waits for room", "soft small")
    return drawing
