// A person in a list's filter: found by name, sent as an id.
import { h } from "./dom.js";
import { makePicker } from "./picker.js";

export function mountPersonFilters(root, guildId) {
  for (const slot of root.querySelectorAll("[data-person-filter]")) {
    const { personFilter: name, label, value, name: shown } = slot.dataset;
    const picker = makePicker("member", guildId, `filter-${name}`, { placeholder: label, chosen: value ? { id: value, name: shown } : null });
    const carried = h("input", { type: "hidden", name, value });
    picker.control.addEventListener("input", () => { carried.value = picker.value() ?? ""; });
    slot.replaceChildren(h("label", { class: "visually-hidden", for: `filter-${name}` }, label), picker.element, carried);
  }
}
