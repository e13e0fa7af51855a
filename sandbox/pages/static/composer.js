// The message box: words become a message, a slash becomes a command with one field per option.

import { element, post } from "./api.js";
import * as suggest from "./suggest.js";
import { suggestionsFor, typedValue } from "./options.js";
import { world } from "./world.js";

const form = document.getElementById("composer");
const input = document.getElementById("composer-input");
const line = document.getElementById("command");
const problem = document.getElementById("problem");
const WAIT_MS = 180;

let command = null;
let fields = new Map();
let asked = 0;

export function reset() {
  command = null;
  fields = new Map();
  line.hidden = true;
  line.replaceChildren();
  input.hidden = false;
  complain(null);
  suggest.close();
}

function complain(message) {
  problem.hidden = !message;
  problem.textContent = message ?? "";
}

function offerCommands() {
  complain(null);
  if (!input.value.startsWith("/")) return suggest.close();
  const text = input.value.slice(1).trim().toLowerCase();
  const rows = world.commands
    .filter((row) => row.name.includes(text))
    .sort((one, other) => Number(other.name.startsWith(text)) - Number(one.name.startsWith(text)))
    .map((row) => ({ label: `/${row.name}`, detail: row.description, value: row }));
  return suggest.open(input, rows, (row) => begin(row.value), rows.length ? null : "No command that this person may use begins so.");
}

function begin(chosen) {
  command = chosen;
  input.value = "";
  input.hidden = true;
  line.hidden = false;
  fields = new Map();
  draw();
  for (const option of chosen.options) if (option.required) addField(option);
  focusFirst();
}

function draw() {
  const close = element("button", { type: "button", class: "close", "aria-label": "Leave the command", onclick: leave }, "✕");
  line.replaceChildren(
    element("b", {}, `/${command.name}`),
    element("span", { class: "fields" }),
    element("span", { class: "rest" }),
    element("span", { class: "end" }, element("button", { type: "submit", class: "send" }, "Send"), close),
  );
  line.querySelector(".fields").style.display = "contents";
  line.querySelector(".rest").style.display = "contents";
  offerRest();
}

function offerRest() {
  const rest = command.options.filter((option) => !fields.has(option.name));
  line.querySelector(".rest").replaceChildren(
    ...rest.map((option) => {
      const add = () => {
        addField(option);
        fields.get(option.name).input.focus();
      };
      return element("button", { type: "button", class: "more", title: option.description, onclick: add }, `+ ${option.name}`);
    }),
  );
}

function addField(option) {
  const box = element("input", { type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-label": `${option.name}: ${option.description}`, placeholder: option.description, autocomplete: "off" });
  const field = { option, input: box, picked: undefined };
  const shell = element("label", { class: "option", title: option.description }, element("span", {}, option.name), box);
  box.addEventListener("input", () => {
    field.picked = undefined;
    shell.classList.remove("wrong");
    offer(field);
  });
  box.addEventListener("focus", () => offer(field));
  box.addEventListener("blur", () => suggest.close());
  box.addEventListener("keydown", (event) => {
    if (suggest.key(event)) return;
    if (event.key === "Escape") leave();
    if (event.key === "Backspace" && !box.value && !option.required) {
      fields.delete(option.name);
      shell.remove();
      offerRest();
      focusFirst();
    }
  });
  field.shell = shell;
  fields.set(option.name, field);
  line.querySelector(".fields").append(shell);
  offerRest();
}

async function offer(field) {
  const turn = ++asked;
  if (field.option.autocomplete) await new Promise((done) => setTimeout(done, WAIT_MS));
  if (turn !== asked || field.picked !== undefined) return;
  try {
    const rows = await suggestionsFor(command.name, field.option, field.input.value, values(field).given);
    if (turn !== asked || document.activeElement !== field.input) return;
    suggest.open(field.input, rows, (row) => pick(field, row), rows.length ? null : field.option.description);
  } catch (error) {
    if (turn === asked) suggest.open(field.input, [], () => {}, error.message);
  }
}

function pick(field, row) {
  asked += 1;
  field.picked = row.value;
  field.input.value = row.label;
  field.shell.classList.remove("wrong");
  const empty = [...fields.values()].find((other) => !other.input.value);
  (empty ?? field).input.focus();
  if (!empty) field.input.select(); // What is typed next is another choice, and not the end of this one.
}

function values(except = null) {
  const given = {};
  const wrong = [];
  for (const field of fields.values()) {
    if (field === except) continue;
    const text = field.input.value;
    if (!text && field.picked === undefined) {
      if (field.option.required) wrong.push(field);
      continue;
    }
    const value = field.picked ?? typedValue(field.option, text);
    if (value === undefined) wrong.push(field);
    else given[field.option.name] = value;
  }
  return { given, wrong };
}

function focusFirst() {
  const first = [...fields.values()].find((field) => !field.input.value) ?? [...fields.values()][0];
  (first?.input ?? line.querySelector(".send")).focus();
}

function leave() {
  reset();
  input.focus();
}

async function send() {
  if (!command) {
    const content = input.value.trim();
    if (!content) return;
    if (content.startsWith("/")) throw new Error("Pick a command from the list.");
    await post(`/channels/${world.channelId}/messages`, { user_id: world.personId, content });
    input.value = "";
    return;
  }
  const { given, wrong } = values();
  for (const field of wrong) field.shell.classList.add("wrong");
  if (wrong.length) {
    wrong[0].input.focus();
    throw new Error(`${wrong[0].option.name}: ${wrong[0].input.value ? "pick one of the list." : "is required."}`);
  }
  const body = { guild_id: world.guildId, channel_id: world.channelId, user_id: world.personId, command: command.name, options: given };
  await post("/interactions", body);
  leave();
}

export function start() {
  input.addEventListener("input", offerCommands);
  input.addEventListener("focus", offerCommands);
  input.addEventListener("blur", () => suggest.close());
  input.addEventListener("keydown", (event) => suggest.key(event));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    suggest.close();
    complain(null);
    send().catch((error) => complain(error.message));
  });
}
