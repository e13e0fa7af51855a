// Discord's mentions in texts (<@1>, <@&2>, <#3>) as names: asked for once each, and an unknown id stays readable. Its
// times (<t:1795453317:f>) as times. https://discord.com/developers/docs/reference#message-formatting
import { call } from "./api.js";
import { timeElement } from "./times.js";

const MENTION = /<(@!?|@&|#|t:)(\d{1,19})(?::[a-zA-Z])?>/g;
const known = new Map();

export function nameMentions(root, guildId) {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) if (texts.currentNode.data.includes("<")) found.push(texts.currentNode);
  for (const text of found) {
    const pieces = [...text.data.matchAll(MENTION)];
    if (!pieces.length || text.parentElement.closest("pre, code, script, textarea")) continue;
    const parts = [];
    let at = 0;
    for (const [whole, kind, id] of pieces.map((piece) => [...piece])) {
      const index = text.data.indexOf(whole, at);
      parts.push(text.data.slice(at, index), kind === "t:" ? moment(id, whole) : mention(kind, id, guildId));
      at = index + whole.length;
    }
    text.replaceWith(...parts, text.data.slice(at));
  }
}

// A number that is no moment stays as it was written.
function moment(seconds, whole) {
  const at = Number(seconds) * 1000;
  return Number.isNaN(new Date(at).getTime()) ? whole : timeElement(at);
}

function mention(kind, id, guildId) {
  const element = document.createElement("b");
  const mark = kind === "#" ? "#" : "@";
  element.textContent = `${mark}${id}`;
  element.title = id;
  const key = kind + id;
  if (!known.has(key)) known.set(key, lookUp(kind, id, guildId));
  known.get(key).then((name) => name && (element.textContent = mark + name), () => known.delete(key));
  return element;
}

async function lookUp(kind, id, guildId) {
  const source = kind === "#" ? "channels" : kind === "@&" ? "roles" : `people/${id}`;
  if (!known.has(source)) known.set(source, call(`/guilds/${guildId}/${source}`));
  const answer = await known.get(source);
  return kind.startsWith("@") && kind !== "@&" ? answer.name : answer.items.find((item) => item.id === id)?.name;
}
