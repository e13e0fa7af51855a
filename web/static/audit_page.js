// The audit log: a line opens beside the list; its address is the line's own.
import { byId } from "./dom.js";
import { openSheet } from "./dialogs.js";
import { mountPersonFilters } from "./person_filter.js";
import { mountCopying } from "./copying.js";

export function mount(main, { guildId, signal }) {
  mountPersonFilters(main, guildId);
  mountCopying(main, signal);
  main.addEventListener("click", (event) => {
    const row = event.target.closest("#audit-list tbody tr");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey || getSelection().type === "Range") return;
    const link = row.querySelector("[data-sheet]");
    const other = event.target.closest("a, button, summary");
    if (other && other !== link) return;
    event.preventDefault();
    event.stopPropagation();
    openSheet(byId(link.dataset.sheet), link.getAttribute("href"), "#audit-entry", guildId);
  }, { signal, capture: true });
}
