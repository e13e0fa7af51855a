// The command centre: every command by area, found while one types, and the form of the one that was chosen.
import { CommandPanel, commandSpecs } from "./command_panel.js";
import { byId } from "./dom.js";

export function mount(main, { guildId, stream, signal }) {
  const specs = commandSpecs();
  const links = [...main.querySelectorAll("[data-command-type]")];
  let panel = null;

  const show = (type, given = {}) => {
    const spec = specs.find((one) => one.type === type);
    if (!spec) return;
    panel?.leave();
    for (const link of links) {
      if (link.dataset.commandType === type) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const root = byId("command-panel");
    root.className = "card-body";
    panel = new CommandPanel(root, guildId, spec, { given, inPlace: true });
  };

  main.addEventListener("click", (event) => {
    const link = event.target.closest("[data-command-type]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    show(link.dataset.commandType);
    history.replaceState(history.state, "", link.getAttribute("href"));
    panel.focus();
    if (matchMedia("(max-width: 860px)").matches) byId("command-card").scrollIntoView({ block: "start" });
  }, { signal, capture: true });

  const search = byId("command-search");
  search?.addEventListener("input", () => filter(main, links, search.value), { signal });
  search?.addEventListener("keydown", (event) => {
    const shown = links.filter((link) => !link.closest("li").hidden);
    if (event.key === "Enter" && shown[0]) shown[0].click();
    else if (event.key === "ArrowDown") shown[0]?.focus();
    else return;
    event.preventDefault();
  }, { signal });
  main.addEventListener("keydown", (event) => {
    const at = links.indexOf(event.target);
    if (at < 0 || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const shown = links.filter((link) => !link.closest("li").hidden);
    const next = shown[shown.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    (next ?? search).focus();
    event.preventDefault();
  }, { signal });

  stream.addEventListener("event", ({ detail }) => detail.type.startsWith("command.") && panel?.progress(detail.data), { signal });
  stream.addEventListener("initial", ({ detail }) => detail.recent.filter((event) => event.type.startsWith("command.")).toReversed().forEach((event) => panel?.progress(event.data)), { signal });
  signal.addEventListener("abort", () => panel?.leave());

  // A link may fill in a form (settings do), never send it.
  const asked = new URLSearchParams(location.search);
  const given = Object.fromEntries([...asked].filter(([name]) => name.startsWith("option.")).map(([name, value]) => [name.slice(7), value]));
  if (asked.get("area") && search) {
    search.value = `${asked.get("area")}.`;
    filter(main, links, search.value);
  }
  if (asked.get("command")) show(asked.get("command"), given);
}

function filter(main, links, text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const link of links) {
    const found = link.dataset.find.toLowerCase();
    link.closest("li").hidden = !wanted.every((word) => found.includes(word));
  }
  for (const area of main.querySelectorAll("[data-area]")) area.hidden = !area.querySelector("li:not([hidden])");
  byId("command-nothing").hidden = links.some((link) => !link.closest("li").hidden);
}
