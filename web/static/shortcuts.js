// Keys: `?` lists them, `g` and a letter goes to a page, and a page's own are on its elements (data-shortcut).
import { opens } from "./menus.js";
import { visit } from "./navigation.js";

// The sidebar's sections by their letters; what is not in it leads nowhere.
const GO = { o: "overview", l: "live", c: "commands", p: "approvals", m: "members", f: "failed", n: "analytics", a: "audit", s: "settings" };
const SECOND_KEY_MS = 1200;

export function followShortcuts() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return;
  let going = 0;
  opens("shortcuts", () => dialog.showModal());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
    } else if (Date.now() - going < SECOND_KEY_MS && event.key in GO) {
      going = 0;
      event.preventDefault();
      const link = document.querySelector(`.sidebar [data-section="${GO[event.key]}"]`);
      if (link) visit(link.getAttribute("href"));
    } else if (event.key === "g") {
      going = Date.now();
    } else if (event.key === "/") {
      const search = document.querySelector("main input[type=search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
    } else {
      document.querySelector(`main [data-shortcut="${CSS.escape(event.key)}"]`)?.click();
    }
  });
}
