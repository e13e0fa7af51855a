// What the page knows: people, guilds, who acts, and what they may do. Permissions are computed as Discord does.

import { get } from "./api.js";

export const PERMISSION = { view: 1n << 10n, send: 1n << 11n, commands: 1n << 31n };
const ALL = (1n << 53n) - 1n;

export const world = { people: [], guilds: [], commands: [], personId: null, guildId: null, channelId: null };

export async function loadWorld() {
  [world.people, world.guilds] = await Promise.all([get("/people"), get("/guilds")]);
}

export async function loadCommands() {
  if (!member()) {
    world.commands = [];
    return;
  }
  world.commands = await get(`/commands?guild_id=${world.guildId}&user_id=${world.personId}`).catch(() => []);
}

export const guild = () => world.guilds.find((row) => row.id === world.guildId);
export const channel = () => guild()?.channels.find((row) => row.id === world.channelId);
export const member = (id = world.personId) => guild()?.members.find((row) => row.user.id === id);
export const person = () => world.people.find((row) => row.user.id === world.personId);

export function nameOf(user) {
  const found = member(user.id);
  return found?.nick || user.global_name || user.username;
}

export function colourOf(userId) {
  const found = member(userId);
  if (!found) return null;
  const roles = guild().roles.filter((role) => found.roles.includes(role.id) && role.color);
  roles.sort((one, other) => other.position - one.position);
  return roles.length ? hex(roles[0].color) : null;
}

export const hex = (number) => `#${number.toString(16).padStart(6, "0")}`;

export function permissionsIn(row) {
  const own = member();
  if (!own) return 0n;
  let bits = BigInt(own.permissions);
  if (bits === ALL) return bits;
  const overwrites = new Map(row.permission_overwrites.map((entry) => [entry.id, entry]));
  const everyone = overwrites.get(world.guildId);
  if (everyone) bits = (bits & ~BigInt(everyone.deny)) | BigInt(everyone.allow);
  let allow = 0n;
  let deny = 0n;
  for (const id of own.roles) {
    const entry = overwrites.get(id);
    if (!entry) continue;
    allow |= BigInt(entry.allow);
    deny |= BigInt(entry.deny);
  }
  bits = (bits & ~deny) | allow;
  const personal = overwrites.get(world.personId);
  if (personal) bits = (bits & ~BigInt(personal.deny)) | BigInt(personal.allow);
  return bits & PERMISSION.view ? bits : 0n;
}

export const visibleChannels = () => (guild()?.channels ?? []).filter((row) => permissionsIn(row) & PERMISSION.view);
