// Acting on members: one command each, with what became of every one of them.
import { ApiProblem, call, newKey } from "./api.js";
import { CommandPanel, confirmed } from "./command_panel.js";
import { h, words } from "./dom.js";
import { isFinal, stateColour, stateWords } from "./describe.js";
import { nameMentions } from "./mentions.js";

const LABELS = {
  "moderation.warn": "Warn", "moderation.note": "Note", "moderation.timeout": "Time out", "moderation.kick": "Kick", "moderation.ban": "Ban",
  "moderation.unban": "Lift ban", "roles.add": "Give role", "roles.remove": "Take role",
};
const AT_ONCE = 4;

export const labelOf = (spec) => LABELS[spec.type] ?? words(spec.type);

// Buttons for each command; `chosen` returns [{id, name}].
export function actButtons(specs, guildId, chosen, stream) {
  return specs.map((spec) => h("button", {
    class: `button small${spec.destructive ? " danger-text" : ""}`, type: "button", onclick: () => open(spec, guildId, chosen(), stream),
  }, labelOf(spec)));
}

function open(spec, guildId, members, stream) {
  const many = members.length > 1;
  const root = h("div");
  const results = h("ul", { class: "act-results", role: "status" });
  const dialog = h("dialog", { class: "act", "aria-labelledby": "act-title" },
    h("div", { class: "card-body" },
      h("h2", { id: "act-title" }, `${labelOf(spec)} ${many ? `${members.length} members` : members[0].name}`),
      h("p", { class: "muted" }, spec.description), root, results,
      h("div", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Close"))));
  const controller = new AbortController();
  const rows = new Map();
  const paint = (id, colour, text, link) => {
    const row = rows.get(id);
    row.state.className = `badge ${colour}`;
    row.state.replaceChildren(text.state);
    row.more.replaceChildren(text.message ?? "", ...(link ? [" ", h("a", { href: `/guilds/${guildId}/commands/${link}` }, "Timeline")] : []));
    nameMentions(row.more, guildId);
  };
  const followed = new Map();
  const progress = (data) => {
    const entry = followed.get(data.command_id);
    if (!entry || data.revision < entry.revision) return;
    entry.revision = data.revision;
    paint(entry.member.id, stateColour(data.state), { state: stateWords(data.state), message: data.message }, data.command_id);
    if (isFinal(data.state)) followed.delete(data.command_id);
  };
  stream.addEventListener("event", ({ detail }) => detail.type.startsWith("command.") && progress(detail.data), { signal: controller.signal });

  const act = async (member, options, dryRun, key) => {
    paint(member.id, "accent", { state: "is being sent" });
    try {
      const body = { type: spec.type, options: { member: member.id, ...options }, ...(dryRun ? { dry_run: true } : {}) };
      const { id } = await call(`/guilds/${guildId}/commands`, { method: "POST", body, idempotencyKey: `${key}-${member.id}` });
      followed.set(id, { member, revision: 0 });
      paint(member.id, "accent", { state: "is queued" }, id);
      const now = await call(`/guilds/${guildId}/commands/${id}`);
      progress({ command_id: id, revision: now.revision, state: now.state, message: now.outcome?.message ?? "" });
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.problem.code === "rate_limited" && error.retryAfterSeconds) {
        paint(member.id, "warn", { state: "waits", message: `The platform asks to wait ${error.retryAfterSeconds} s.` });
        await new Promise((resolve) => setTimeout(resolve, error.retryAfterSeconds * 1000));
        return act(member, options, dryRun, key);
      }
      paint(member.id, "bad", { state: "was not sent", message: error.message });
    }
    return null;
  };

  const send = async (options, dryRun) => {
    if (many && spec.destructive && !dryRun && !(await confirmed(spec, members.slice(0, 12).map((one) => one.name), { word: `${spec.type.split(".")[1]} ${members.length}`, about: `${labelOf(spec)} ${members.length} members?` }))) return;
    for (const member of members) {
      const state = h("span", { class: "badge" }, "waits");
      const more = h("span", { class: "faint" });
      rows.set(member.id, { state, more });
      results.append(h("li", {}, h("strong", {}, member.name), state, more));
    }
    root.hidden = true;
    const key = newKey();
    const left = [...members];
    await Promise.all(Array.from({ length: AT_ONCE }, async () => { while (left.length) await act(left.shift(), options, dryRun, key); }));
  };
  new CommandPanel(root, guildId, spec, { send, head: false, follow: false, danger: spec.destructive && !many, leaveOut: ["member"], label: labelOf(spec) });
  document.body.append(dialog);
  dialog.addEventListener("close", () => { controller.abort(); dialog.remove(); });
  dialog.showModal();
}
