// Deciding on a command that waits for a second person: approve, decline with a reason, or cancel one's own.
import { ApiProblem, call, newKey } from "./api.js";
import { ask } from "./dialogs.js";
import { h } from "./dom.js";
import { followCommand, toast } from "./toasts.js";
import { word } from "./words.js";

export function mountDecisions(main, guildId, signal) {
  main.addEventListener("click", (event) => {
    const button = event.target.closest("[data-decide]");
    if (button) DECIDE[button.dataset.decide](button, guildId);
  }, { signal });
}

const DECIDE = {
  async approve(button, guildId) {
    const { type, by } = button.closest("[data-waiting]").dataset;
    const told = h("p", { class: "muted" }, word("approve_text", { who: by }));
    if (await ask({ title: word("approve_sure", { type }), body: [told], yes: word("approve"), danger: true })) await send(button, guildId, "approve", word("your_approval"));
  },
  async decline(button, guildId) {
    const { type, by } = button.closest("[data-waiting]").dataset;
    const reason = h("textarea", { class: "input", id: "decline-reason", maxlength: "400", rows: "3", required: true, autofocus: true });
    const field = h("div", { class: "field" }, h("label", { for: "decline-reason" }, word("why_not", { who: by })), reason);
    if (await ask({ title: word("decline_sure", { type }), body: [field], yes: word("decline") })) await send(button, guildId, "decline", word("your_answer"), { reason: reason.value.trim() });
  },
  async cancel(button, guildId) {
    await send(button, guildId, "cancel", "");
  },
};

async function send(button, guildId, what, followed, body) {
  const all = button.closest("[data-waiting]").querySelectorAll("[data-decide]");
  for (const one of all) one.disabled = true;
  try {
    const { waiting } = button.closest("[data-waiting]").dataset;
    const answer = await call(`/guilds/${guildId}/commands/${waiting}/${what}`, { method: "POST", body, idempotencyKey: newKey() });
    if (followed) followCommand(guildId, answer.id, followed);
    else toast(word("cancelled"), word("nothing_done"), "good").fade();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    toast(word("did_not_work"), error.message, "bad");
    for (const one of all) one.disabled = false;
  }
}
