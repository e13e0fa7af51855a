// Members, roles and channels by name: a combobox as the ARIA practices describe it. A bare id is taken too.
import { call } from "./api.js";
import { h, icon } from "./dom.js";
import { personPicture } from "./pictures.js";
import { word } from "./words.js";

const SEARCH_AFTER_MS = 160;
const MOST = 25;
// Discord's channel types.
const CHANNEL_ICONS = { 0: "hash", 2: "volume-2", 4: "folder", 5: "megaphone", 13: "mic", 15: "messages-square" };
const MARKERS = {
  member: (item) => personPicture(item),
  role: (item) => swatch(item.color),
  channel: (item) => icon(CHANNEL_ICONS[item.kind] ?? "hash"),
};

const SOURCES = {
  member: async (guildId, text, signal) => (await call(`/guilds/${guildId}/members?limit=${MOST}&search=${encodeURIComponent(text)}`, { signal })).items,
  role: async (guildId, text, signal) => filtered((await call(`/guilds/${guildId}/roles`, { signal })).items.filter((role) => !role.managed), text),
  channel: async (guildId, text, signal) => filtered((await call(`/guilds/${guildId}/channels`, { signal })).items, text),
};

const filtered = (items, text) => items.filter((item) => item.name.toLowerCase().includes(text.toLowerCase().replace(/^#/, ""))).slice(0, MOST);

// `chosen` is {id, name} of who stands in the field from the beginning.
export function makePicker(kind, guildId, id, { placeholder = word(`search_${kind}`), chosen: first = null } = {}) {
  const list = h("ul", { role: "listbox", id: `${id}-list`, hidden: true });
  const control = h("input", {
    class: "input", id, type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list", placeholder,
  });
  let chosen = first;
  control.value = first?.name ?? "";
  let items = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  const open = (isOpen) => {
    list.hidden = !isOpen;
    control.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) control.removeAttribute("aria-activedescendant");
  };
  const choose = (item) => {
    // What is still being looked for must not open the list again.
    clearTimeout(timer);
    asking?.abort();
    chosen = item;
    control.value = item.name;
    open(false);
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const mark = (index) => {
    active = index;
    [...list.children].forEach((child, at) => child.setAttribute("aria-selected", String(at === index)));
    if (list.children[index]) {
      control.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  };
  const search = async () => {
    asking?.abort();
    asking = new AbortController();
    try {
      items = await SOURCES[kind](guildId, control.value.trim(), asking.signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      items = [];
    }
    const rows = items.map((item, index) => row(kind, item, `${id}-${index}`, () => choose(item)));
    list.replaceChildren(...(rows.length ? rows : [h("li", { class: "empty" }, word("nobody"))]));
    open(document.activeElement === control);
    mark(rows.length ? 0 : -1);
  };

  control.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    chosen = null;
    clearTimeout(timer);
    timer = setTimeout(search, SEARCH_AFTER_MS);
  });
  // Where the field was just refused, its message stays readable below: typing opens the list.
  control.addEventListener("focus", () => chosen || control.getAttribute("aria-invalid") === "true" || search());
  control.addEventListener("blur", () => open(false));
  control.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) open(false);
    else if (event.key === "Enter" && !list.hidden && items[active]) choose(items[active]);
    else if (event.key === "ArrowDown" && list.hidden) search();
    else if (event.key === "ArrowDown") mark(Math.min(active + 1, items.length - 1));
    else if (event.key === "ArrowUp") mark(Math.max(active - 1, 0));
    else return;
    event.preventDefault();
  });

  return {
    element: h("div", { class: "combo" }, control, list),
    control,
    value: () => {
      const typed = control.value.trim();
      if (chosen) return chosen.id;
      return typed === "" ? undefined : typed;
    },
    text: () => (chosen ? chosen.name : control.value.trim()),
  };
}

function row(kind, item, id, onchoose) {
  const marker = MARKERS[kind](item);
  const { name } = item;
  const aside = kind === "member" ? h("span", { class: "faint" }, item.username) : null;
  // The press, not the click: the click comes after the field has lost its focus and the list is gone.
  return h("li", { role: "option", id, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); onchoose(); } }, marker, name, aside);
}

function swatch(colour) {
  const element = h("span", { class: "swatch", dataset: { colour } });
  paintSwatches([element]);
  return element;
}

// A role's own colour; 0 is Discord's "no colour".
export function paintSwatches(elements) {
  for (const element of elements) {
    const colour = Number(element.dataset.colour);
    if (colour) element.style.background = `#${colour.toString(16).padStart(6, "0")}`;
  }
}

// Every `picker` of ui.html below `root`. A hidden input with the field's name carries the chosen id in a form; its
// control says `change` when somebody was chosen.
export function mountPickers(root, guildId) {
  for (const slot of root.querySelectorAll("[data-picker]")) {
    const { picker: kind, id, value } = slot.dataset;
    const picker = makePicker(kind, guildId, id);
    const carried = h("input", { type: "hidden", name: id, value });
    picker.control.setAttribute("aria-describedby", `${id}-hint ${id}-wrong`);
    picker.control.value = value;
    picker.control.addEventListener("input", () => { carried.value = picker.value() ?? ""; });
    slot.replaceChildren(picker.element, carried);
  }
}
