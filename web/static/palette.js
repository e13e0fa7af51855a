// Ctrl/⌘ K: pages, commands, members, cases, servers, and a command by its id. A combobox, as the ARIA practices describe it.
import { call } from "./api.js";
import { h, icon, words } from "./dom.js";
import { opens } from "./menus.js";
import { visit } from "./navigation.js";
import { guildPicture, personPicture } from "./pictures.js";
import { chooseTheme } from "./theme.js";
import { said } from "./said.js";
import { word } from "./words.js";

const MEMBERS = 6;
const CASES = 5;
const SEARCH_AFTER_MS = 120;
const ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function openPalette(guildId) {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  let entries = [];
  let known = null;
  let active = 0;
  let asking = null;
  let timer = 0;

  const show = () => {
    if (dialog.open) return dialog.close();
    known ??= fixedEntries(guildId);
    input.value = "";
    paint(found(known.now, ""));
    dialog.showModal();
    known.later.then((more) => {
      known.now = more;
      if (dialog.open) search();
    });
  };
  opens("palette", show);
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    show();
  });

  function paint(rows) {
    entries = rows;
    const parts = [];
    let group = "";
    rows.forEach((entry, at) => {
      if (entry.group !== group) parts.push(h("li", { class: "group", role: "presentation" }, (group = entry.group)));
      const hint = entry.hint ? h("span", { class: "faint" }, entry.hint) : null;
      parts.push(h("li", { role: "option", id: `palette-${at}`, dataset: { at }, "aria-selected": "false" }, entry.picture(), h("span", { class: "name" }, entry.name), hint));
    });
    list.replaceChildren(...(parts.length ? parts : [h("li", { class: "empty", role: "presentation" }, word("palette_nothing"))]));
    mark(0);
  }

  function mark(at) {
    active = Math.max(0, Math.min(at, entries.length - 1));
    for (const option of list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(Number(option.dataset.at) === active));
    const chosen = document.getElementById(`palette-${active}`);
    chosen?.scrollIntoView({ block: "nearest" });
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
  }

  function search() {
    const text = input.value.trim();
    const rows = found(known.now, text);
    if (ID.test(text) && guildId) rows.unshift(page(word("palette_open_command"), `/guilds/${guildId}/commands/${text.toLowerCase()}`, "square-terminal", text.slice(0, 8)));
    paint(rows);
    clearTimeout(timer);
    asking?.abort();
    // Who may not open a member's record is offered none.
    if (text.length < 2 || !document.querySelector('.sidebar [data-section="members"]')) return;
    timer = setTimeout(() => record(text, rows), SEARCH_AFTER_MS);
  }

  // Members and their cases.
  async function record(text, rows) {
    const { signal } = (asking = new AbortController());
    const search = async (list, limit) => (await call(`/guilds/${guildId}/${list}?limit=${limit}&search=${encodeURIComponent(text)}`, { signal }).catch(() => ({ items: [] }))).items;
    const [members, cases] = await Promise.all([search("members", MEMBERS), search("cases", CASES)]);
    if (!(members.length || cases.length) || input.value.trim() !== text) return;
    const at = active;
    paint([...rows, ...members.map((member) => ({
      group: word("palette_members"), name: member.name, hint: member.username, picture: () => personPicture(member),
      go: () => visit(`/guilds/${guildId}/members/${member.id}`),
    })), ...cases.map((one) => ({
      group: word("palette_cases"), name: `${word(`case_${one.kind}`)}: ${one.member_name || one.member_id}`, hint: `#${one.number} ${one.reason}`.trim(), picture: () => icon("gavel"),
      go: () => visit(`/guilds/${guildId}/commands/${one.command_id}`),
    }))]);
    mark(at);
  }

  input.addEventListener("input", search);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" && entries[active]) choose(entries[active]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(entries[Number(option.dataset.at)]);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  function choose(entry) {
    dialog.close();
    entry.go();
  }
}

const page = (name, path, picture, hint = "") => ({ group: word("palette_pages"), name, hint, picture: () => icon(picture), go: () => visit(path) });

// What is known at once, and what the platform has to be asked for.
function fixedEntries(guildId) {
  const sections = [...document.querySelectorAll(".sidebar nav a")].map((link) => page(link.textContent.trim(), link.getAttribute("href"), link.querySelector("use").getAttribute("href").split("#")[1]));
  const platform = document.querySelector("[data-platform]");
  const own = [
    ...sections,
    ...(platform ? [page(platform.textContent.trim(), platform.getAttribute("href"), "server")] : []),
    page(word("account"), "/account", "user"),
    ...["light", "dark", ""].map((theme) => ({ group: word("palette_actions"), name: word(`theme_${theme || "system"}`), hint: "", picture: () => icon({ light: "sun", dark: "moon" }[theme] ?? "monitor"), go: () => chooseTheme(theme) })),
  ];
  return { now: own, later: asked(own, guildId) };
}

async function asked(own, guildId) {
  const none = { items: [] };
  const [commands, guilds] = await Promise.all([guildId ? call("/catalogue?limit=200").catch(() => none) : none, call("/guilds").catch(() => none)]);
  return [
    ...own,
    ...commands.items.filter((spec) => spec.slash !== null).map((spec) => ({ group: word("palette_commands"), name: spec.type, hint: said(spec.description), picture: () => icon("terminal"), go: () => visit(`/guilds/${guildId}/commands?command=${spec.type}`) })),
    ...guilds.items.filter((guild) => guild.id !== guildId).map((guild) => ({ group: word("palette_servers"), name: guild.name, hint: "", picture: () => guildPicture(guild), go: () => location.assign(`/guilds/${guild.id}`) })),
  ];
}

// Every word that was typed begins a word of the name, or is a part of the hint. Without text: pages and actions.
function found(all, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return all.filter((entry) => [word("palette_pages"), word("palette_actions")].includes(entry.group));
  const fits = ({ name, hint }) => wanted.every((part) => `${name} ${words(name)} ${hint}`.toLowerCase().includes(part));
  return all.filter(fits);
}
