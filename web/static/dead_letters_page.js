// Failed commands: replay and discard, one or all with a cause, and replay with other options.
import { ApiProblem, call, newKey } from "./api.js";
import { CommandPanel } from "./command_panel.js";
import { ask } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { isFinal } from "./describe.js";
import { freshener } from "./part.js";
import { said } from "./said.js";
import { followCommand, toast } from "./toasts.js";
import { word } from "./words.js";

export function mount(main, { guildId, stream, signal }) {
  const freshen = byId("letter-list") ? freshener(["letter-list"], guildId) : () => {};
  stream.addEventListener("event", ({ detail }) => {
    if (!detail.type.startsWith("command.") || !isFinal(detail.data.state) || detail.data.state === "succeeded") return;
    // What was just answered stays readable.
    if (!main.querySelector("[data-results] li")) freshen();
  }, { signal });

  main.addEventListener("click", (event) => {
    const one = event.target.closest("[data-do]");
    if (one) doOne(one, guildId);
    const group = event.target.closest("[data-group]");
    if (group) doGroup(group, guildId);
  }, { signal });

  const editing = byId("edit-form");
  if (!editing) return;
  const { spec, options, names } = JSON.parse(byId("letter-spec").textContent);
  new CommandPanel(editing, guildId, spec, {
    given: options, names, head: false, tryOnly: false, label: word("replay_with_these"),
    send: async (edited, _, key) => {
      const answer = await call(`/dead-letters/${editing.dataset.letterId}/edited-replay`, { method: "POST", body: { options: edited }, idempotencyKey: key });
      for (const button of main.querySelectorAll("[data-do]")) button.remove();
      return answer;
    },
  });
}

async function doOne(button, guildId) {
  const letter = button.closest("[data-letter]");
  button.disabled = true;
  try {
    const answer = await call(`/dead-letters/${letter.dataset.letter}/${button.dataset.do}`, { method: "POST", idempotencyKey: newKey() });
    if (button.dataset.do === "replay") followCommand(guildId, answer.id, word("the_replay"));
    else toast(word("discarded"), word("discarded_text"), "good").fade();
    if (letter.matches("tr")) letter.remove();
    else letter.querySelectorAll("[data-do]").forEach((other) => other.remove());
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    toast(word("did_not_work"), error.message, "bad");
    button.disabled = false;
  }
}

async function doGroup(button, guildId) {
  const card = button.closest("[data-code]");
  const { code, type, left } = card.dataset;
  const what = button.dataset.group;
  const agreed = await ask({
    title: what === "replay" ? word("replay_sure", { left }) : word("discard_sure", { left }),
    body: [h("p", { class: "muted" }, what === "replay" ? word("replay_text") : word("discard_text"))],
    yes: word(what === "replay" ? "replay" : "discard"), danger: what === "discard",
  });
  if (!agreed) return;
  const buttons = card.querySelectorAll("[data-group]");
  for (const one of buttons) one.disabled = true;
  const results = card.querySelector("[data-results]");
  try {
    const answer = await call(`/guilds/${guildId}/dead-letters/${what}`, { method: "POST", body: { code, type }, idempotencyKey: newKey() });
    const failed = answer.items.filter((item) => item.code !== "ok");
    const done = answer.items.length - failed.length;
    results.replaceChildren(
      h("p", {}, h("span", { class: `badge ${failed.length ? "warn" : what === "replay" ? "accent" : "good"}` }, word(what === "replay" ? "issued_again" : "some_discarded", { done })), failed.length ? ` ${word("could_not", { count: failed.length })}` : ""),
      h("ul", { class: "act-results" }, ...answer.items.map((item) => h("li", {},
        h("span", { class: `badge ${item.code === "ok" ? (what === "replay" ? "accent" : "good") : "bad"}` }, word(item.code === "ok" ? (what === "replay" ? "bulk_queued" : "is_discarded") : "not_done")),
        h("span", { class: "faint" }, said(item.detail)),
        h("a", { href: item.command_id ? `/guilds/${guildId}/commands/${item.command_id}` : `/guilds/${guildId}/dead-letters/${item.id}` }, word(item.command_id ? "timeline" : "open"))))));
    card.dataset.left = answer.left;
    card.querySelector(".count").textContent = answer.left;
    for (const one of buttons) one.disabled = answer.left === 0;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    results.replaceChildren(h("p", { class: "form-problem" }, error.message));
    for (const one of buttons) one.disabled = false;
  }
}
