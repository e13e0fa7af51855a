// The page: who acts, where, and what the stream says has changed.

import { avatar, element } from "./api.js";
import * as composer from "./composer.js";
import { fail, loadMessages, put, remove } from "./messages.js";
import { addEffect, drawFaults, drawGateway, drawGuild, loadPanel, start as startPanel } from "./panel.js";
import { PERMISSION, channel, guild, loadCommands, loadWorld, permissionsIn, person, visibleChannels, world } from "./world.js";

const at = (id) => document.getElementById(id);
const CATEGORY = 4;
const TALKING = [0, 2, 5];
const REFRESH_MS = 150;
let stream = null;
let refreshing = null;

function drawPeople() {
  at("person").replaceChildren(
    ...world.people.map((row) => element("option", { value: row.user.id, title: row.who }, row.user.global_name)),
  );
  at("person").value = world.personId;
  at("me-who").textContent = person()?.who ?? "";
  at("me-who").title = person()?.who ?? "";
  at("me-avatar").src = avatar(world.personId);
}

function drawGuilds() {
  at("guilds").replaceChildren(
    ...world.guilds.map((row) => {
      const inside = row.members.some((one) => one.user.id === world.personId);
      const icon = element("img", { src: row.icon_url, alt: "" });
      const label = inside ? row.name : `${row.name} (not a member)`;
      const attributes = { type: "button", title: label, "aria-label": label, "aria-current": String(row.id === world.guildId), disabled: !inside };
      return element("button", { ...attributes, onclick: () => go({ guildId: row.id }) }, icon);
    }),
  );
}

function drawChannels() {
  const here = guild();
  at("guild-name").textContent = here?.name ?? "No server";
  const rows = [...visibleChannels()].sort((one, other) => one.position - other.position);
  const nodes = [];
  const button = (row) =>
    element(
      "button",
      { type: "button", "aria-current": String(row.id === world.channelId), onclick: () => go({ channelId: row.id }) },
      element("span", { "aria-hidden": "true" }, row.type === 2 ? "♪" : "#"),
      row.name,
    );
  nodes.push(...rows.filter((row) => !row.parent_id && row.type !== CATEGORY).map(button));
  for (const category of rows.filter((row) => row.type === CATEGORY)) {
    const inside = rows.filter((row) => row.parent_id === category.id);
    if (inside.length) nodes.push(element("h3", {}, category.name), ...inside.map(button));
  }
  at("channels").replaceChildren(...nodes);
  const open = channel();
  at("channel-name").textContent = open ? `# ${open.name}` : "";
  at("channel-topic").textContent = open?.topic ?? "";
  const writes = open && permissionsIn(open) & PERMISSION.send;
  at("composer-input").disabled = !open;
  at("composer-input").placeholder = writes ? `Message #${open.name}, or / for commands` : open ? "/ for commands" : "Nowhere to write";
}

// Keeps what can be kept of the choice, and fills in the rest.
function settle() {
  if (!person()) world.personId = world.people[0]?.user.id ?? null;
  const mine = world.guilds.filter((row) => row.members.some((one) => one.user.id === world.personId));
  if (!mine.some((row) => row.id === world.guildId)) world.guildId = mine[0]?.id ?? null;
  const rooms = visibleChannels().filter((row) => TALKING.includes(row.type));
  if (!rooms.some((row) => row.id === world.channelId)) {
    world.channelId = (rooms.find((row) => row.name === "bot-commands") ?? rooms[0])?.id ?? null;
  }
}

function draw() {
  settle();
  drawPeople();
  drawGuilds();
  drawChannels();
  drawGuild();
}

async function go(change) {
  Object.assign(world, change);
  document.body.classList.remove("side-open");
  at("toggle-side").setAttribute("aria-expanded", "false");
  composer.reset();
  draw();
  const where = new URLSearchParams({ person: world.personId, guild: world.guildId ?? "", channel: world.channelId ?? "" });
  history.replaceState(null, "", `#${where}`);
  await Promise.all([loadMessages(), loadCommands()]);
  if (change.personId) listen();
}

// A thousand joins are one reload.
function refresh() {
  refreshing ??= setTimeout(async () => {
    refreshing = null;
    await loadWorld();
    const before = world.channelId;
    draw();
    if (before !== world.channelId) await loadMessages();
  }, REFRESH_MS);
}

function dispatched({ event, data }) {
  if (event === "MESSAGE_CREATE" || event === "MESSAGE_UPDATE") put(data);
  else if (event === "MESSAGE_DELETE") remove([data.id]);
  else if (event === "MESSAGE_DELETE_BULK") remove(data.ids);
  else if (event !== "GUILD_AUDIT_LOG_ENTRY_CREATE") refresh();
}

function listen() {
  stream?.close();
  stream = new EventSource(`/sandbox/api/stream?user_id=${world.personId}`);
  const hear = (kind, act) => stream.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  hear("connected", () => Promise.all([loadMessages(), loadPanel()]));
  hear("dispatch", dispatched);
  hear("ephemeral", put);
  hear("ephemeral_deleted", (data) => remove([data.id]));
  hear("interaction", (data) => data.state === "failed" && fail(data));
  hear("effect", addEffect);
  hear("faults", drawFaults);
  hear("gateway", drawGateway);
  hear("commands", loadCommands);
  hear("availability", refresh);
  hear("reset", () => window.location.reload());
}

function toggles(button, name) {
  at(button).addEventListener("click", () => {
    at(button).setAttribute("aria-expanded", String(document.body.classList.toggle(name)));
    if (name === "panel-open") at(button).textContent = document.body.classList.contains(name) ? "Close" : "Tools";
  });
}

async function begin() {
  const where = new URLSearchParams(window.location.hash.slice(1));
  await loadWorld();
  composer.start();
  startPanel();
  toggles("toggle-side", "side-open");
  toggles("toggle-panel", "panel-open");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.body.classList.remove("side-open", "panel-open");
    at("toggle-panel").textContent = "Tools";
    for (const id of ["toggle-side", "toggle-panel"]) at(id).setAttribute("aria-expanded", "false");
  });
  at("person").addEventListener("change", () => go({ personId: at("person").value }));
  const chosen = { personId: where.get("person") || world.people[0].user.id };
  if (where.get("guild")) chosen.guildId = where.get("guild");
  if (where.get("channel")) chosen.channelId = where.get("channel");
  await go(chosen);
}

begin();
