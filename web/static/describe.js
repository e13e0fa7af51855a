// Events in words: one sentence each, a colour, and what can be opened.
import { h, words } from "./dom.js";
import { named, said } from "./said.js";
import { word } from "./words.js";

const COLOURS = {
  queued: "accent", awaiting_approval: "accent", running: "info", retrying: "warn", succeeded: "good", failed: "bad", dead: "bad", refused: "bad",
  in_doubt: "warn", superseded: "", expired: "warn", cancelled: "",
};

export const stateColour = (state) => COLOURS[state] ?? "";
export const stateWords = (state) => (state in COLOURS ? word(`state_${state}`) : named(state));
export const isFinal = (state) => !["queued", "awaiting_approval", "running", "retrying"].includes(state);
export const kindOf = (event) => event.type.split(".")[0].replace("members", "member").replace("events", "guild");

const b = (text) => h("b", {}, text || word("somebody"));
const person = (data) => b(data.display_name || data.username || data.id);

// A sentence with one gap, around an element: `{what}` stands where the language has it.
const happened = (key, element) => {
  const [before, after] = word(key, { what: "\0" }).split("\0");
  return [before, element, after].filter(Boolean);
};

const TELL = {
  "member.join": ({ member }) => ["good", happened("joined", person(member))],
  "member.leave": (data) => ["", happened("left", b(data.username || data.member_id))],
  "member.ban": (data) => ["bad", happened("was_banned", b(data.username || data.member_id))],
  "member.unban": (data) => ["info", happened("ban_lifted", b(data.username || data.member_id))],
  "member.update": ({ member }) => ["info", happened("member_changed", person(member)), changesOfMember(member)],
  "role.create": ({ role }) => ["good", happened("role_made", b(role.name))],
  "role.update": ({ role, before }) => ["info", happened("role_changed", b(role.name)), changes(before, role)],
  "role.delete": (data) => ["bad", happened("role_deleted", b(data.name || data.role_id))],
  "channel.create": ({ channel }) => ["good", happened("channel_made", b(`#${channel.name}`))],
  "channel.update": ({ channel, before }) => ["info", happened("channel_changed", b(`#${channel.name}`)), changes(before, channel)],
  "channel.delete": (data) => ["bad", happened("channel_deleted", b(`#${data.name || data.channel_id}`))],
  "guild.update": (data) => ["info", happened("server_changed", b(data.name))],
  "guild.unavailable": () => ["warn", [word("server_trouble")]],
  "guild.leave": () => ["bad", [word("bot_removed")]],
  "events.gap": () => ["warn", [word("bot_was_away")]],
};

function changes(before, after) {
  if (!before) return "";
  return Object.keys(after)
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${named(key)}: ${before[key] ?? word("none")} → ${after[key] ?? word("none")}`)
    .join(", ");
}

const changesOfMember = (member) => (member.timed_out_until ? word("timed_out") : member.nick ? `${named("nick")}: ${member.nick}` : "");

export function describe(event, guildId) {
  if (event.type.startsWith("command.")) return describeCommand(event.data, guildId);
  const tell = TELL[event.type];
  if (!tell) return { colour: "", what: [b(named(event.type.replace(".", " ")))], more: "" };
  const [colour, what, more = ""] = tell(event.data);
  return { colour, what, more };
}

function describeCommand(data, guildId) {
  const link = h("a", { href: `/guilds/${guildId}/commands/${data.command_id}` }, data.command);
  const who = data.actor_name || data.actor_id;
  const attempt = data.attempt > 1 ? ` (${word("attempt", { number: data.attempt })})` : "";
  const tried = data.dry_run ? ` (${word("tried_only")})` : "";
  return { colour: stateColour(data.state), what: [b(who), ": ", link, ` ${stateWords(data.state)}${attempt}${tried}`], more: said(data.message) || "" };
}
