// The key browser: reads only.

import {bytes, count} from "/format.js";
import {byId, element} from "/dom.js";

// Bytes as text where they are some, else escaped; never as markup.
function textOf(base64) {
  const raw = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", {fatal: true}).decode(raw);
  } catch {
    return [...raw].map(b => b >= 32 && b < 127 ? String.fromCharCode(b) : "\\x" + b.toString(16).padStart(2, "0")).join("");
  }
}

async function ask(path, parameters) {
  const response = await fetch(path + "?" + new URLSearchParams(parameters));
  const body = await response.json();
  if (!response.ok) throw new Error(body.error);
  return body;
}

async function showValue(button, key, table) {
  for (const other of byId("keys").querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  const place = byId("value");
  try {
    const found = await ask("/api/v1/value", {key_b64: key, table});
    const facts = `${bytes(found.value_bytes)} · version ${found.version}` +
      (found.expires_at_us ? ` · expires ${new Date(found.expires_at_us / 1000).toLocaleString()}` : "") + (found.cut ? " · the beginning" : "");
    place.replaceChildren(element("p", {class: "hint"}, facts), element("pre", {}, textOf(found.value_b64)));
  } catch (error) {
    place.replaceChildren(element("p", {class: "hint"}, error.message));
  }
}

async function showKeys(after) {
  const table = byId("table").value;
  const list = byId("keys");
  if (!after) {
    list.replaceChildren();
    byId("value").replaceChildren();
  }
  try {
    const found = await ask("/api/v1/keys", {prefix: byId("prefix").value, table, limit: 50, ...(after ? {after_b64: after} : {})});
    for (const key of found.keys) {
      const button = element("button", {type: "button", "aria-pressed": "false"}, element("code", {}, textOf(key.key_b64) || "(empty)"),
                             element("span", {}, bytes(key.value_bytes)));
      button.addEventListener("click", () => showValue(button, key.key_b64, table));
      list.append(element("li", {}, button));
    }
    if (list.children.length === 0) list.append(element("li", {class: "empty"}, "There are no such keys."));
    const more = byId("more");
    more.hidden = !found.more;
    more.onclick = () => showKeys(found.keys.at(-1).key_b64);
  } catch (error) {
    list.replaceChildren(element("li", {class: "empty"}, error.message));
    byId("more").hidden = true;
  }
}

export function startKeys() {
  byId("keys-section").hidden = false;
  byId("keys-form").addEventListener("submit", event => {
    event.preventDefault();
    showKeys();
  });
  showKeys();
}
