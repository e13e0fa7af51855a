// What can be put into an option: people, roles, channels, choices, yes or no, or what the bot suggests.

import { avatar, post } from "./api.js";
import { guild, hex, nameOf, visibleChannels, world } from "./world.js";

export const TYPE = { string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10 };

const fits = (text, ...names) => names.some((name) => name && name.toLowerCase().includes(text.toLowerCase().replace(/^[@#]/, "")));

const people = (text) =>
  guild()
    .members.filter((row) => fits(text, row.user.username, row.user.global_name, row.nick))
    .map((row) => ({ label: nameOf(row.user), detail: row.user.username, image: avatar(row.user.id), value: row.user.id }));

const roles = (text) =>
  guild()
    .roles.filter((row) => fits(text, row.name))
    .sort((one, other) => other.position - one.position)
    .map((row) => ({ label: row.name, swatch: hex(row.color || 0x99aab5), value: row.id }));

function channels(text, option) {
  const allowed = option.channel_types?.length ? option.channel_types : null;
  return visibleChannels()
    .filter((row) => (!allowed || allowed.includes(row.type)) && fits(text, row.name))
    .map((row) => ({ label: `#${row.name}`, detail: row.topic, value: row.id }));
}

// Suggestions for what has been typed so far. `others` are the command's other options.
export async function suggestionsFor(command, option, text, others) {
  switch (option.type) {
    case TYPE.user:
      return people(text);
    case TYPE.role:
      return roles(text);
    case TYPE.channel:
      return channels(text, option);
    case TYPE.mentionable:
      return [...people(text), ...roles(text)];
    case TYPE.boolean:
      return [
        { label: "True", value: true },
        { label: "False", value: false },
      ].filter((row) => fits(text, row.label));
    default:
  }
  if (option.choices?.length) {
    return option.choices.filter((row) => fits(text, row.name)).map((row) => ({ label: row.name, value: row.value }));
  }
  if (!option.autocomplete) return [];
  const { choices } = await post("/autocomplete", {
    guild_id: world.guildId,
    channel_id: world.channelId,
    user_id: world.personId,
    command,
    options: { ...others, [option.name]: text },
    focused: option.name,
  });
  return choices.map((row) => ({ label: row.name, value: row.value }));
}

// The value of an option whose text was typed and not picked; undefined if it is none.
export function typedValue(option, text) {
  if (option.choices?.length) return option.choices.find((row) => row.name.toLowerCase() === text.toLowerCase())?.value;
  switch (option.type) {
    case TYPE.string:
      return text;
    case TYPE.integer:
      return /^-?\d+$/.test(text) ? Number(text) : undefined;
    case TYPE.number:
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case TYPE.boolean:
      return { true: true, false: false, yes: true, no: false }[text.toLowerCase()];
    default:
      return /^\d{15,20}$/.test(text) ? text : undefined;
  }
}
