// One command's timeline, live: every event about it fetches the steps anew, which are the ledger's and not ours.
import { call } from "./api.js";
import { mountDecisions } from "./approvals.js";
import { Bulks } from "./bulks.js";
import { commandSpecs } from "./command_panel.js";
import { byId, h } from "./dom.js";
import { stateColour } from "./describe.js";
import { nameMentions } from "./mentions.js";
import { freshener } from "./part.js";
import { named, said } from "./said.js";
import { timeElement } from "./times.js";
import { word } from "./words.js";

const STEP_COLOURS = { started: "info", refused: "bad", waiting: "warn", approved: "good", declined: "bad", delivered: "good" };

export function mount(main, { guildId, stream, signal }) {
  const { command: id } = main.querySelector("[data-command]").dataset;
  const bulk = JSON.parse(byId("bulk").textContent);
  new Bulks(byId("bulks"), guildId, { stream, signal, specs: commandSpecs(), bulks: bulk ? [bulk] : [], wanted: (one) => one === id, open: true });
  const freshenConflict = freshener(["conflict"], guildId);
  const freshenApproval = freshener(["approval"], guildId);
  mountDecisions(main, guildId, signal);
  let asking = false;
  let again = false;

  async function refresh() {
    again = asking;
    if (asking) return;
    asking = true;
    try {
      const command = await call(`/guilds/${guildId}/commands/${id}`, { signal });
      if (!signal.aborted) paint(command, guildId, freshenConflict, freshenApproval);
    } catch {
      // The next event, or the next connection, asks again.
    }
    asking = false;
    if (again) refresh();
  }

  stream.addEventListener("initial", refresh, { signal });
  stream.addEventListener("event", ({ detail }) => {
    if (detail.type.startsWith("command.") && detail.data.command_id === id) refresh();
  }, { signal });
  // What happened between the server's rendering and now.
  if (stream.initial) refresh();
}

function paint(command, guildId, freshenConflict, freshenApproval) {
  byId("command-state").replaceChildren(h("span", { class: `badge ${stateColour(command.state)}` }, named(command.state)));
  byId("command-attempts").textContent = command.attempts;
  const opened = [...byId("timeline").children].map((item) => Boolean(item.querySelector("details")?.open));
  byId("timeline").replaceChildren(...command.timeline.map(step));
  [...byId("timeline").children].forEach((item, at) => opened[at] && item.querySelector("details")?.setAttribute("open", ""));
  nameMentions(byId("timeline"), guildId);
  // Shown before, or now: what can be done about it changes with its state.
  if (command.state === "awaiting_approval" || byId("approval").childElementCount) freshenApproval();
  if (command.outcome?.code === "stale_version" && !byId("conflict")?.childElementCount) freshenConflict();
}

function step({ at, step: kind, words: sentence, detail }) {
  const colour = kind === "settled" ? stateColour(detail.state) : (STEP_COLOURS[kind] ?? "");
  const known = Object.keys(detail ?? {}).length > 0;
  const time = h("span", { class: "faint" }, timeElement(at));
  const details = known ? h("details", {}, h("summary", {}, word("details")), h("pre", {}, JSON.stringify(detail, null, 2))) : null;
  return h("li", { class: colour }, h("div", { class: "head" }, h("span", {}, said(sentence)), time), details);
}
