// The tree's levels, and what is happening to them: a pure state that events and statistics change,
// and the drawing of it.

import {bytes, count} from "/format.js";
import {element, setWidth} from "/dom.js";

// {levels: [...], memtables: {...}, merging: {level: how many}, landed: level or null}
export function nextTree(tree, event) {
  const merging = {...tree.merging};
  const level = event.output_level;
  switch (event.event) {
    case "flush_begin":
      return {...tree, flushing: true};
    case "flush_end":
      return {...tree, flushing: false, landed: 0};
    case "compaction_begin":
      merging[level] = (merging[level] ?? 0) + 1;
      return {...tree, merging};
    case "compaction":
      merging[level] = Math.max(0, (merging[level] ?? 0) - 1);
      return {...tree, merging, landed: level};
    default:
      return tree;
  }
}

function row(list, id) {
  const found = [...list.children].find(child => child.dataset.level === id);
  if (found) return found;
  const made = element("li", {"data-level": id}, element("span", {class: "name"}),
                       element("span", {class: "track", "aria-hidden": "true"}, element("span", {class: "fill"})),
                       element("span", {class: "figures"}));
  list.append(made);
  return made;
}

function fill(node, parts, share) {
  const shown = Math.max(1, Math.min(parts, 40));
  while (node.children.length > shown) node.lastChild.remove();
  while (node.children.length < shown) node.append(element("i"));
  node.hidden = parts === 0;
  setWidth(node, share);
}

export function drawTree(list, tree) {
  const levels = tree.levels;
  const largest = Math.max(1, tree.memtables.bytes, ...levels.map(level => level.bytes));
  // A level is ten times the one above: on a straight scale all but the last would be nothing.
  const share = value => value <= 0 ? 0 : Math.log10(1 + 9999 * value / largest) / 4;
  const memory = row(list, "memory");
  memory.className = "memory" + (tree.flushing ? " busy" : "");
  memory.children[0].textContent = "memtable";
  fill(memory.querySelector(".fill"), tree.memtables.bytes > 0 ? 1 + tree.memtables.waiting : 0, share(tree.memtables.bytes));
  memory.children[2].replaceChildren(element("b", {}, bytes(tree.memtables.bytes)), ` · ${count(tree.memtables.entries)} entries` +
    (tree.flushing ? " · flushing" : ""));
  const shown = new Set(["memory"]);
  for (const level of levels) {
    const id = String(level.level);
    shown.add(id);
    const line = row(list, id);
    const merging = tree.merging[level.level] ?? 0;
    line.classList.toggle("busy", merging > 0);
    line.children[0].textContent = `level ${id}`;
    fill(line.querySelector(".fill"), level.tables, share(level.bytes));
    line.children[2].replaceChildren(element("b", {}, bytes(level.bytes)),
      ` · ${count(level.tables)} ${level.tables === 1 ? "table" : "tables"}` + (level.runs > 1 ? `, ${level.runs} runs` : "") +
      (merging > 0 ? " · merging" : ""));
    if (tree.landed === level.level) {
      line.classList.remove("landed");
      void line.offsetWidth;  // The animation begins anew.
      line.classList.add("landed");
    }
  }
  for (const child of [...list.children]) if (!shown.has(child.dataset.level)) child.remove();
  [...shown].forEach((id, place) => {  // A level that came back is at its place.
    const line = row(list, id);
    if (list.children[place] !== line) list.insertBefore(line, list.children[place]);
  });
}
