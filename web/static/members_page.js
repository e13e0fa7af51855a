// Members: chosen on the list, or all that fit the filter, and acted upon together.
import { actButtons } from "./acting.js";
import { Bulks } from "./bulks.js";
import { commandSpecs } from "./command_panel.js";
import { byId } from "./dom.js";
import { paintSwatches } from "./picker.js";
import { word } from "./words.js";

const MOST = 1000; // in one bulk

export function mount(main, { guildId, stream, signal }) {
  paintSwatches(main.querySelectorAll("[data-colour]"));
  const bar = byId("acting");
  const boxes = [...main.querySelectorAll("[data-choose]")];
  const all = byId("choose-all");
  const next = main.querySelector(".pager [rel=next]")?.href;
  const beyond = bar.querySelector("[data-choose-beyond]");
  // Those of the pages that follow this one.
  let others = [];
  const chosen = () => [...boxes.filter((box) => box.checked).map((box) => memberOf(box.closest("tr"))), ...others];

  const paint = () => {
    const count = chosen().length;
    const onPage = count - others.length;
    bar.hidden = count === 0;
    bar.querySelector("[data-count]").textContent = word("chosen", { count });
    beyond.hidden = !next || others.length > 0 || onPage < boxes.length;
    if (!all) return;
    all.checked = count > 0 && onPage === boxes.length;
    all.indeterminate = onPage > 0 && onPage < boxes.length;
  };
  const choose = (checked) => {
    for (const box of boxes) box.checked = checked;
    others = [];
    paint();
  };

  const specs = commandSpecs();
  const bulks = new Bulks(byId("bulks"), guildId, { stream, signal, specs, wanted: () => true, bulks: JSON.parse(byId("bulks-of-late").textContent) });
  const started = (id, what) => {
    bulks.begin(id, what);
    choose(false);
    byId("bulks").scrollIntoView({ block: "nearest" });
  };
  bar.querySelector("[data-acts]").replaceChildren(...actButtons(specs, guildId, chosen, { stream, started }));

  main.addEventListener("change", (event) => {
    if (event.target === all) return choose(all.checked);
    others = [];
    paint();
  }, { signal });
  bar.querySelector("[data-choose-none]").addEventListener("click", () => choose(false), { signal });
  beyond.addEventListener("click", async () => {
    beyond.disabled = true;
    const found = await membersFrom(next, MOST - boxes.length, signal);
    beyond.disabled = false;
    if (signal.aborted || boxes.some((box) => !box.checked)) return;
    others = found;
    paint();
  }, { signal });
  paint();
}

const memberOf = ({ dataset: { member: id, name } }) => ({ id, name });

// Page by page, as the reader would find them.
async function membersFrom(path, most, signal) {
  const found = [];
  for (let href = path; href && found.length < most;) {
    const answer = await fetch(href, { headers: { Accept: "text/html" }, signal }).catch(() => null);
    if (!answer?.ok || answer.redirected) break;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    found.push(...[...page.querySelectorAll("tr[data-member]")].map(memberOf));
    href = page.querySelector(".pager [rel=next]")?.getAttribute("href");
  }
  return found.slice(0, most);
}
