// The list above the message box. One at a time; arrows move, Enter or Tab picks, Escape closes.

import { element } from "./api.js";

const box = document.getElementById("suggestions");
let rows = [];
let chosen = 0;
let owner = null;
let onPick = null;

// rows: [{ label, detail, image, swatch, value }]
export function open(input, items, pick, hint = null) {
  close();
  owner = input;
  onPick = pick;
  rows = items.slice(0, 25);
  chosen = 0;
  if (!rows.length && !hint) return;
  box.replaceChildren(...rows.map(draw));
  if (hint) box.append(element("p", { class: "hint" }, hint));
  box.hidden = false;
  input.setAttribute("aria-expanded", "true");
  mark();
}

export function close() {
  box.hidden = true;
  rows = [];
  owner?.setAttribute("aria-expanded", "false");
  owner?.removeAttribute("aria-activedescendant");
  owner = null;
}

export const isOpen = () => !box.hidden && rows.length > 0;

// True if the key was for the list.
export function key(event) {
  if (box.hidden) return false;
  if (event.key === "Escape") {
    close();
  } else if (!rows.length) {
    return false;
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length;
    mark();
  } else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) {
    take(chosen);
  } else {
    return false;
  }
  event.preventDefault();
  return true;
}

function take(index) {
  const pick = onPick;
  const row = rows[index];
  close();
  pick(row);
}

function draw(row, index) {
  const swatch = row.swatch ? element("span", { class: "swatch" }) : null;
  if (swatch) swatch.style.setProperty("--swatch", row.swatch);
  const image = row.image ? element("img", { src: row.image, alt: "" }) : null;
  const node = element(
    "div",
    { class: "suggestion", role: "option", id: `suggestion-${index}`, "aria-selected": "false" },
    image ?? swatch,
    element("strong", {}, row.label),
    row.detail ? element("small", {}, row.detail) : null,
  );
  // mousedown, so that the input keeps the focus.
  node.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(index);
  });
  return node;
}

function mark() {
  [...box.querySelectorAll(".suggestion")].forEach((node, index) => {
    node.setAttribute("aria-selected", String(index === chosen));
    if (index === chosen) {
      node.scrollIntoView({ block: "nearest" });
      owner.setAttribute("aria-activedescendant", node.id);
    }
  });
}
