// Small helpers for the page. Text is only ever set as text, never as markup: a key may be any bytes.

export const byId = id => document.getElementById(id);

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A bar's width can't be a style in the markup (the policy of the page forbids it); a property may.
export function setWidth(node, share) {
  node.style.width = (100 * Math.max(0, Math.min(1, share))).toFixed(1) + "%";
}

// <div><dt>name</dt><dd>value</dd></div> for each; what is there already is kept and changed.
export function pairs(list, entries) {
  for (const [name, value, mark] of entries) {
    let row = [...list.children].find(child => child.firstChild.textContent === name);
    if (!row) list.append(row = element("div", {}, element("dt", {}, name), element("dd")));
    row.lastChild.textContent = value;
    row.classList.toggle("met", mark === true);
  }
}

export function bars(list, entries) {
  for (const [name, value, share, warn] of entries) {
    let row = [...list.children].find(child => child.firstChild.textContent === name);
    if (!row) {
      row = element("div", {class: "row"}, element("dt", {}, name), element("dd"),
                    element("span", {class: "track", "aria-hidden": "true"}, element("i")));
      list.append(row);
    }
    row.children[1].textContent = value;
    row.classList.toggle("warn", warn === true);
    setWidth(row.querySelector("i"), share);
  }
}
