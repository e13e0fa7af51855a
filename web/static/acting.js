// Acting on members: one by a command of its own, many by a bulk.
import { call } from "./api.js";
import { CommandPanel, confirmed } from "./command_panel.js";
import { h, words } from "./dom.js";
import { said } from "./said.js";
import { word } from "./words.js";

const LABELLED = ["moderation.warn", "moderation.note", "moderation.timeout", "moderation.kick", "moderation.ban", "moderation.unban", "roles.add", "roles.remove"];
const NAMED = 12;

export const labelOf = (type) => (LABELLED.includes(type) ? word(`act_${type.split(".")[1]}`) : words(type));

// Before what cannot be taken back is done to many: the command's word and their number are typed.
export function confirmedForMany(spec, count, names = []) {
  const more = names.length > NAMED ? [word("and_more", { count: names.length - NAMED })] : [];
  return confirmed(spec, [...names.slice(0, NAMED), ...more], { typed: `${spec.type.split(".")[1]} ${count}`, about: word("some_members_sure", { act: labelOf(spec.type), count }) });
}

// Buttons for each command; `chosen` returns [{id, name}], `started` takes the id of a bulk and what it is to do.
export function actButtons(specs, guildId, chosen, { stream, started }) {
  const act = (spec) => {
    const members = chosen();
    if (members.length > 1) onMany(spec, guildId, members, started);
    else onOne(spec, guildId, members[0], stream);
  };
  return specs.map((spec) => h("button", {
    class: `button small${spec.destructive ? " danger-text" : ""}`, type: "button", onclick: () => act(spec),
  }, labelOf(spec.type)));
}

function onOne(spec, guildId, member, stream) {
  const { dialog, root } = openDialog(spec, `${labelOf(spec.type)} ${member.name}`);
  const controller = new AbortController();
  const panel = new CommandPanel(root, guildId, spec, {
    head: false, inPlace: true, leaveOut: ["member"], label: labelOf(spec.type),
    send: async (options, dryRun, key) => {
      const body = { type: spec.type, options: { member: member.id, ...options }, ...(dryRun ? { dry_run: true } : {}) };
      const answer = await call(`/guilds/${guildId}/commands`, { method: "POST", body, idempotencyKey: key });
      root.querySelector("form").hidden = true;
      return answer;
    },
  });
  stream.addEventListener("event", ({ detail }) => detail.type.startsWith("command.") && panel.progress(detail.data), { signal: controller.signal });
  dialog.addEventListener("close", () => {
    controller.abort();
    panel.leave();
  });
}

function onMany(spec, guildId, members, started) {
  const { dialog, root } = openDialog(spec, word("some_members", { act: labelOf(spec.type), count: members.length }));
  new CommandPanel(root, guildId, spec, {
    head: false, follow: false, danger: false, tryOnly: false, leaveOut: ["member"], label: labelOf(spec.type),
    send: async (options, _, key) => {
      if (spec.destructive && !(await confirmedForMany(spec, members.length, members.map((one) => one.name)))) return;
      const body = { command: spec.type, options, members: members.map((one) => one.id) };
      const { id } = await call(`/guilds/${guildId}/bulks`, { method: "POST", body, idempotencyKey: key });
      dialog.close();
      started(id, { command: spec.type, total: members.length });
    },
  });
}

function openDialog(spec, title) {
  const root = h("div");
  const dialog = h("dialog", { class: "act", "aria-labelledby": "act-title" },
    h("div", { class: "card-body" },
      h("h2", { id: "act-title" }, title),
      h("p", { class: "muted" }, said(spec.description)), root,
      h("div", { class: "actions" }, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, word("close")))));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return { dialog, root };
}
