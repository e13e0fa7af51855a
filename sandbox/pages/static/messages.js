// The message list: one <li> per message, replaced in place when it changes.

import { avatar, element, get, post } from "./api.js";
import { colourOf, guild, hex, nameOf, world } from "./world.js";

const EPHEMERAL = 1 << 6;
const LOADING = 1 << 7;
// Whom a message mentions keeps a name here after leaving the server.
const mentioned = new Map();
const list = document.getElementById("messages");

export async function loadMessages() {
  const channelId = world.channelId;
  if (!channelId) return show([], "This person sees no channel here.");
  try {
    const rows = await get(`/channels/${channelId}/messages?user_id=${world.personId}`);
    if (channelId === world.channelId) show(rows, "Nothing here yet. Type / to use a command.");
  } catch (error) {
    show([], error.message);
  }
}

function show(rows, whenEmpty) {
  list.replaceChildren(...rows.map(render));
  if (!rows.length) list.append(element("li", { class: "empty" }, whenEmpty));
  list.scrollTop = list.scrollHeight;
}

export function put(message) {
  if (message.channel_id !== world.channelId) return;
  const old = list.querySelector(`[data-id="${message.id}"]`);
  const row = render(message);
  if (old) old.replaceWith(row);
  else append(row);
}

export function remove(ids) {
  for (const id of ids) list.querySelector(`[data-id="${id}"]`)?.remove();
}

// "The application did not respond" is Discord's client speaking: no message exists for it.
export function fail(interaction) {
  if (interaction.channel_id !== world.channelId || list.querySelector(`[data-id="i${interaction.id}"]`)) return;
  const note = element("div", { class: "body" }, element("p", {}, "The application did not respond"), privateNote(`i${interaction.id}`));
  const user = { id: interaction.user_id, ...guild().members.find((row) => row.user.id === interaction.user_id)?.user };
  append(
    element("li", { class: "message failed", "data-id": `i${interaction.id}` }, used(user, interaction.command), picture(user.id), note),
  );
}

function append(row) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  list.querySelector(".empty")?.remove();
  list.append(row);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

const picture = (id) => element("img", { src: avatar(id), alt: "", width: 40, height: 40 });

function used(user, name) {
  const small = element("img", { src: avatar(user.id), alt: "", width: 17, height: 17 });
  return element("div", { class: "used" }, small, element("span", {}, `${nameOf(user)} used `, element("b", {}, `/${name}`)));
}

function privateNote(id) {
  const dismiss = element("button", { type: "button", onclick: () => remove([id]) }, "Dismiss");
  return element("div", { class: "note" }, "Only you can see this ·", dismiss);
}

function render(message) {
  for (const user of message.mentions ?? []) mentioned.set(user.id, user);
  const bot = message.author.bot;
  const author = element("strong", {}, nameOf(message.author));
  const colour = colourOf(message.author.id);
  if (colour) author.style.color = colour;
  const when = new Date(message.timestamp);
  const head = element(
    "div",
    { class: "head" },
    author,
    bot ? element("span", { class: "tag" }, "APP") : null,
    element("time", { datetime: message.timestamp }, when.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
    message.edited_timestamp ? element("time", {}, "(edited)") : null,
  );
  const body = element("div", { class: "body" }, head);
  if (message.flags & LOADING) body.append(element("p", { class: "thinking" }, `${nameOf(message.author)} is thinking`));
  if (message.content) body.append(element("p", {}, ...formatted(message.content)));
  body.append(...message.embeds.map(embed));
  for (const row of message.components) body.append(buttons(row, message));
  const ephemeral = message.flags & EPHEMERAL;
  if (ephemeral) body.append(privateNote(message.id));
  const data = message.interaction_metadata;
  const from = data?.name && !message.message_reference ? used(data.user, data.name) : null;
  const known = message.webhook_id && message.webhook_id !== message.application_id ? message.webhook_id : message.author.id;
  const attributes = { class: ephemeral ? "message ephemeral" : "message", "data-id": message.id };
  return element("li", attributes, from, picture(known), body);
}

function embed(row) {
  const box = element("div", { class: "embed" });
  if (row.color !== undefined && row.color !== null) box.style.setProperty("--embed", hex(row.color));
  if (row.title) box.append(element("h4", {}, row.title));
  if (row.description) box.append(element("p", {}, ...formatted(row.description)));
  if (row.fields?.length) {
    const pairs = row.fields.map((field) =>
      element("div", {}, element("dt", {}, field.name), element("dd", {}, ...formatted(field.value))),
    );
    box.append(element("dl", {}, ...pairs));
  }
  if (row.footer?.text) box.append(element("small", {}, row.footer.text));
  return box;
}

function buttons(row, message) {
  const cells = (row.components ?? []).filter((one) => one.type === 2 && one.custom_id);
  const press = (one) => () =>
    post("/components", {
      guild_id: world.guildId,
      channel_id: world.channelId,
      user_id: world.personId,
      message_id: message.id,
      custom_id: one.custom_id,
    }).catch((error) => window.alert(error.message));
  const made = cells.map((one) =>
    element("button", { type: "button", class: `style${one.style}`, disabled: Boolean(one.disabled), onclick: press(one) }, one.label || one.emoji?.name || "…"),
  );
  return element("div", { class: "buttons" }, ...made);
}

const PATTERN = /<@!?(\d+)>|<@&(\d+)>|<#(\d+)>|<t:(\d+)(?::\w)?>|\*\*(.+?)\*\*|`([^`]+)`/g;

function formatted(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(PATTERN)) {
    parts.push(text.slice(at, found.index));
    at = found.index + found[0].length;
    const [, user, role, room, moment, bold, code] = found;
    if (user) parts.push(mention(`@${nameById(user)}`));
    else if (role) parts.push(mention(`@${guild()?.roles.find((row) => row.id === role)?.name ?? "unknown role"}`));
    else if (room) parts.push(mention(`#${guild()?.channels.find((row) => row.id === room)?.name ?? "unknown"}`));
    else if (moment) parts.push(element("time", {}, new Date(Number(moment) * 1000).toLocaleString()));
    else if (bold) parts.push(element("b", {}, bold));
    else parts.push(element("code", {}, code));
  }
  parts.push(text.slice(at));
  return parts;
}

const mention = (text) => element("span", { class: "mention" }, text);

function nameById(id) {
  const found = guild()?.members.find((row) => row.user.id === id)?.user ?? world.people.find((row) => row.user.id === id)?.user ?? mentioned.get(id);
  return found ? nameOf(found) : id;
}
