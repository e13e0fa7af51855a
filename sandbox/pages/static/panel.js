// The tools at the side: people, roles, gateway, faults, and the book of effects.

import { call, element, get, post } from "./api.js";
import { guild, hex, nameOf, world } from "./world.js";

const at = (id) => document.getElementById(id);
const KEPT = 60;
const KINDS = { latency: "late", status: "503", rate_limit: "429", lost_answer: "answer lost", drop: "request lost" };

function tell(error) {
  at("problem").textContent = error.message;
  at("problem").hidden = false;
}

const on = (id, act) => at(id).addEventListener("click", () => Promise.resolve(act()).catch(tell));

export function drawGuild() {
  const here = guild();
  for (const id of ["people-tools", "role-tools"]) at(id).hidden = !here;
  if (!here) return;
  at("member-count").textContent = `${here.members.length} members, ${here.bans.length} banned`;
  const chosen = at("leaver").value;
  const others = here.members.filter((row) => !row.user.bot && row.user.id !== here.owner_id);
  at("leaver").replaceChildren(...others.map((row) => element("option", { value: row.user.id }, nameOf(row.user))));
  if (others.some((row) => row.user.id === chosen)) at("leaver").value = chosen;
  if (at("roles").contains(document.activeElement)) return; // Somebody is typing there.
  const roles = [...here.roles].sort((one, other) => other.position - one.position);
  at("roles").replaceChildren(...roles.map(roleRow));
}

function roleRow(role) {
  const change = (fields) => post("/roles", { guild_id: world.guildId, action: "update", role_id: role.id, ...fields }).catch(tell);
  const everyone = role.id === world.guildId;
  const colour = element("input", { type: "color", value: hex(role.color || 0x99aab5), "aria-label": `Colour of ${role.name}`, disabled: everyone });
  colour.addEventListener("change", () => change({ color: parseInt(colour.value.slice(1), 16) }));
  const name = element("input", { type: "text", value: role.name, maxlength: 100, "aria-label": `Name of ${role.name}`, disabled: everyone });
  name.addEventListener("change", () => change({ name: name.value }));
  name.addEventListener("keydown", (event) => event.key === "Enter" && name.blur());
  const gone = () => post("/roles", { guild_id: world.guildId, action: "delete", role_id: role.id }).catch(tell);
  const end = role.managed || everyone
    ? element("span", { class: "lock" }, everyone ? "all" : "bot")
    : element("button", { type: "button", "aria-label": `Delete ${role.name}`, onclick: gone }, "✕");
  return element("li", {}, colour, name, end);
}

export function drawGateway(sessions) {
  const live = sessions.filter((row) => row.connected);
  const status = at("gateway-status");
  status.textContent = live.length ? "Bot online" : "Bot offline";
  status.classList.toggle("on", live.length > 0);
  const words = sessions.map((row) => `shard ${row.shard[0]} of ${row.shard[1]}: ${row.connected ? "connected" : "away"}, event ${row.sequence}`);
  at("sessions").textContent = words.join(" · ") || "No bot has connected yet.";
}

export function drawFaults(faults) {
  at("faults").replaceChildren(
    ...faults.map((row) => {
      const left = row.times === null ? "always" : `${Math.max(0, row.times - row.used)} left`;
      const off = () => call("DELETE", `/faults/${row.id}`).catch(tell);
      const button = element("button", { type: "button", onclick: off }, "Off");
      return element("li", {}, element("span", {}, `${row.route}: ${KINDS[row.kind]}, ${left}`), button);
    }),
  );
}

export function addEffect(row) {
  const path = row.route.replace("/guilds/{guild_id}", "…").replace("/channels/{channel_id}", "…");
  const details = [row.target && `target ${row.target}`, row.reason, row.duplicate_of && "same nonce"].filter(Boolean).join(" · ");
  at("effects").prepend(
    element(
      "li",
      { class: row.changed ? "" : "unchanged" },
      element("b", {}, `${row.n} ${row.method}`),
      element("code", {}, path),
      element("small", {}, `${row.status}${row.changed ? "" : ", changed nothing"}${details ? ` · ${details}` : ""}`),
    ),
  );
  while (at("effects").children.length > KEPT) at("effects").lastChild.remove();
}

export async function loadPanel() {
  const [sessions, faults, effects] = await Promise.all([get("/gateway"), get("/faults"), get("/effects")]);
  drawGateway(sessions);
  drawFaults(faults);
  at("effects").replaceChildren();
  effects.slice(-KEPT).forEach(addEffect);
}

export function start() {
  const members = (body) => post("/members", { guild_id: world.guildId, ...body });
  on("join", () => members({ action: "join" }));
  on("bulk-join", () => members({ action: "bulk_join", count: Number(at("bulk-count").value) }));
  on("leave", () => members({ action: "leave", user_id: at("leaver").value }));
  on("create-role", async () => {
    await post("/roles", { guild_id: world.guildId, action: "create", name: at("new-role").value || "new role", color: 0x3498db });
    at("new-role").value = "";
  });
  on("add-fault", () => {
    const kind = at("fault-kind").value;
    const extra = kind === "latency" ? { latency_ms: 2000 } : {};
    return post("/faults", { route: at("fault-route").value, kind, times: Number(at("fault-times").value), ...extra });
  });
  on("clear-faults", () => call("DELETE", "/faults"));
  on("reset", () => window.confirm("Forget everything and begin again?") && call("POST", "/reset", {}));
  for (const button of document.querySelectorAll("[data-gateway]")) {
    const { gateway, resumable } = button.dataset;
    button.addEventListener("click", () => post("/gateway", { action: gateway, resumable: resumable === "true" }).catch(tell));
  }
  for (const button of document.querySelectorAll("[data-availability]")) {
    const state = button.dataset.availability;
    button.addEventListener("click", () => post(`/guilds/${world.guildId}/availability`, { state }).catch(tell));
  }
}
