// Events in words: one sentence each, a colour, and what can be opened.
import { h, words } from "./dom.js";
import { word } from "./words.js";

const COLOURS = {
  queued: "accent", awaiting_approval: "accent", running: "info", retrying: "warn", succeeded: "good", failed: "bad", dead: "bad", refused: "bad",
  in_doubt: "warn", superseded: "", expired: "warn", cancelled: "",
};

export const stateColour = (state) => COLOURS[state] ?? "";
export const stateWords = (state) => (state in COLOURS ? word(`state_${state}`) : words(state));
export const isFinal = (state) => !["queued", "awaiting_approval", "running", "retrying"].includes(state);
export const kindOf = (event) => event.type.split(".")[0].replace("members", "member").replace("events", "guild");

const b = (text) => h("b", {}, text || "somebody");
const person = (data) => b(data.display_name || data.username || data.id);

const TELL = {
  "member.join": ({ member }) => ["good", [person(member), " joined"]],
  "member.leave": (data) => ["", [b(data.username || data.member_id), " left"]],
  "member.ban": (data) => ["bad", [b(data.username || data.member_id), " was banned"]],
  "member.unban": (data) => ["info", ["The ban of ", b(data.username || data.member_id), " was lifted"]],
  "member.update": ({ member }) => ["info", [person(member), " was changed"], changesOfMember(member)],
  "role.create": ({ role }) => ["good", ["Role ", b(role.name), " was made"]],
  "role.update": ({ role, before }) => ["info", ["Role ", b(role.name), " was changed"], changes(before, role)],
  "role.delete": (data) => ["bad", ["Role ", b(data.name || data.role_id), " was deleted"]],
  "channel.create": ({ channel }) => ["good", ["Channel ", b(`#${channel.name}`), " was made"]],
  "channel.update": ({ channel, before }) => ["info", ["Channel ", b(`#${channel.name}`), " was changed"], changes(before, channel)],
  "channel.delete": (data) => ["bad", ["Channel ", b(`#${data.name || data.channel_id}`), " was deleted"]],
  "guild.update": (data) => ["info", ["The server ", b(data.name), " was changed"]],
  "guild.unavailable": () => ["warn", ["Discord has trouble with this server"]],
  "guild.leave": () => ["bad", ["The bot was removed from this server"]],
  "events.gap": () => ["warn", ["The bot was away: what happened meanwhile on Discord was not seen"]],
};

function changes(before, after) {
  if (!before) return "";
  return Object.keys(after)
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${words(key)}: ${before[key] ?? "none"} → ${after[key] ?? "none"}`)
    .join(", ");
}

const changesOfMember = (member) => (member.timed_out_until ? "timed out" : member.nick ? `nickname: ${member.nick}` : "");

export function describe(event, guildId) {
  if (event.type.startsWith("command.")) return describeCommand(event.data, guildId);
  const tell = TELL[event.type];
  if (!tell) return { colour: "", what: [b(words(event.type.replace(".", " ")))], more: "" };
  const [colour, what, more = ""] = tell(event.data);
  return { colour, what, more };
}

function describeCommand(data, guildId) {
  const link = h("a", { href: `/guilds/${guildId}/commands/${data.command_id}` }, data.command);
  const who = data.actor_name || data.actor_id;
  const attempt = data.attempt > 1 ? ` (attempt ${data.attempt})` : "";
  const tried = data.dry_run ? " (tried only)" : "";
  return { colour: stateColour(data.state), what: [b(who), ": ", link, ` ${stateWords(data.state)}${attempt}${tried}`], more: data.message || "" };
}
