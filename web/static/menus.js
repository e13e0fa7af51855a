// Menus are <details>: here they close, by Escape, by a click elsewhere, by a choice. The list of servers is fetched
// when it is first opened. `data-open` names a dialog that another module brings.
import { call } from "./api.js";
import { h, icon } from "./dom.js";
import { guildPicture } from "./pictures.js";

const DIALOGS = {};

export function openMenus(guildId) {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) || event.target.closest(".item")) menu.open = false;
    }
    const opener = event.target.closest("[data-open]");
    if (opener) DIALOGS[opener.dataset.open]?.();
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  document.querySelector(".switcher")?.addEventListener("toggle", (event) => listGuilds(event.target, guildId), { once: true });
}

export function opens(name, open) {
  DIALOGS[name] = open;
}

async function listGuilds(menu, guildId) {
  const panel = menu.querySelector("[data-guilds]");
  const { items } = await call("/guilds").catch(() => ({ items: [] }));
  const rows = items.map((guild) => h(
    "a", { class: "item", href: `/guilds/${guild.id}`, "aria-current": guild.id === guildId ? "true" : null },
    guildPicture(guild), h("span", { class: "name" }, guild.name), guild.id === guildId ? icon("check") : null,
  ));
  panel.prepend(...rows, ...(rows.length ? [h("hr")] : []));
}
