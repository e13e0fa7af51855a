// A toast follows a command to its end and links to its timeline. It never says "done" before it is.
import { call } from "./api.js";
import { byId, h, icon } from "./dom.js";
import { nameMentions } from "./mentions.js";
import { said } from "./said.js";
import { isFinal, stateColour, stateWords } from "./describe.js";
import { word } from "./words.js";

const GONE_AFTER_MS = 9000;
const MOST = 4;
const REMEMBERED = 100;
const followed = new Map();
const early = new Map();

export function toast(title, text, colour = "") {
  const titleElement = h("span", { class: "title" }, title);
  const textElement = h("span", { class: "text" }, ...[text].flat());
  const element = h("div", { class: `toast arrives ${colour}` }, titleElement, textElement);
  element.append(h("button", { class: "button square quiet small", type: "button", "aria-label": word("close"), onclick: () => element.remove() }, icon("x")));
  const box = byId("toasts");
  box.append(element);
  while (box.children.length > MOST) box.firstChild.remove();
  return {
    say(newTitle, newText, newColour) {
      titleElement.replaceChildren(newTitle);
      textElement.replaceChildren(...[newText].flat());
      element.className = `toast ${newColour}`;
    },
    fade: () => setTimeout(() => element.matches(":hover, :focus-within") || element.remove(), GONE_AFTER_MS),
  };
}

export function followCommand(guildId, id, type) {
  const link = h("a", { href: `/guilds/${guildId}/commands/${id}` }, word("timeline"));
  const shown = toast(`${type} ${stateWords("queued")}`, [`${word("waiting_for_worker")} `, link], "accent");
  followed.set(id, { shown, link, guildId, revision: 0 });
  // The stream can be faster than the answer that names the command.
  if (early.has(id)) setTimeout(() => progress(early.get(id)));
}

// The page's stream drives every toast, wherever the reader goes meanwhile.
export function followStream(stream, guildId) {
  stream.addEventListener("event", ({ detail }) => detail.type.startsWith("command.") && progress(detail.data));
  stream.addEventListener("initial", async ({ detail }) => {
    for (const event of detail.recent) if (event.type.startsWith("command.")) progress(event.data);
    // After a break longer than the stream is kept: their commands may have ended meanwhile.
    for (const id of followed.keys()) {
      const command = await call(`/guilds/${guildId}/commands/${id}`).catch(() => null);
      if (command) progress({ ...command, command_id: command.id, command: command.type, message: command.outcome?.message ?? "" });
    }
  });
  stream.addEventListener("reset", () => toast(word("starts_anew"), word("starts_anew_text"), "warn").fade());
  stream.addEventListener("refused", ({ detail }) => toast(word("feed_ended"), said(detail.detail) ?? word("no_access"), "bad"));
}

// Called with every `command.*` event of the stream, and with what GET says of a command.
function progress(data) {
  const entry = followed.get(data.command_id);
  if (!entry) return remember(data);
  if (data.revision < entry.revision) return;
  entry.revision = data.revision;
  entry.shown.say(`${data.command} ${stateWords(data.state)}`, [data.message ? `${said(data.message)} ` : "", entry.link, ...settingsLink(data, entry)], stateColour(data.state));
  nameMentions(byId("toasts"), entry.guildId);
  if (isFinal(data.state)) {
    followed.delete(data.command_id);
    if (data.state === "succeeded") entry.shown.fade();
  }
}

// Most settings that fail were changed by somebody else: the timeline compares, the list shows what holds now.
function settingsLink({ command, state }, { guildId }) {
  if (command !== "settings.set" || state !== "failed") return [];
  return [" · ", h("a", { href: `/guilds/${guildId}/settings` }, word("back_to_settings"))];
}

function remember(data) {
  if (!(early.get(data.command_id)?.revision > data.revision)) early.set(data.command_id, data);
  if (early.size > REMEMBERED) early.delete(early.keys().next().value);
}
