// "Why can't X run Y here?": the checks in their order, with what to do where one does not pass.
import { ApiProblem, call } from "./api.js";
import { byId, h } from "./dom.js";
import { nameMentions } from "./mentions.js";
import { named, said } from "./said.js";
import { word } from "./words.js";

const MARKS = { passed: "good", failed: "bad", unknown: "warn" };

export function mountWhy(guildId) {
  const form = byId("why-form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const member = form.querySelector('input[name="why-member"]').value;
    const list = byId("why-checks");
    if (!/^\d{1,19}$/.test(member)) return void list.replaceChildren(h("li", {}, word("choose_member")));
    const asked = new URLSearchParams({ command: byId("why-command").value, member });
    const target = form.querySelector('input[name="why-target"]').value;
    if (byId("why-channel").value) asked.set("channel", byId("why-channel").value);
    if (/^\d{1,19}$/.test(target)) asked.set("target", target);
    try {
      const { checks } = await call(`/guilds/${guildId}/checks?${asked}`);
      list.replaceChildren(...checks.map(line));
      nameMentions(list, guildId);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      list.replaceChildren(h("li", {}, error.message));
    }
  });
}

function line({ name, title, state, message, fix }) {
  const words = message ? h("span", { class: "muted" }, said(message)) : null;
  const what = fix ? h("span", { class: "fix" }, said(fix)) : null;
  return h("li", { "data-check": name, "data-state": state }, h("span", { class: `badge ${MARKS[state]}` }, named(state)), h("strong", {}, said(title)), words, what);
}
