// One field per kind of option.
import { h } from "./dom.js";
import { makePicker } from "./picker.js";
import { named, said } from "./said.js";
import { word } from "./words.js";

let count = 0;

// `name` says who the default is, where that is an id.
export function makeField(option, guildId, { name } = {}) {
  const id = `option-${(count += 1)}`;
  const wrong = h("p", { class: "wrong", id: `${id}-wrong`, hidden: true });
  const input = makeInput(option, guildId, id, name);
  const label = h("label", { for: id }, named(option.name), option.required ? "" : h("span", { class: "faint" }, ` (${word("optional")})`));
  const element = h("div", { class: "field" }, label, input.element, wrong, h("p", { class: "hint", id: `${id}-hint` }, hint(option)));
  const control = input.control;
  control.setAttribute("aria-describedby", `${id}-wrong ${id}-hint`);
  const refuse = (message) => {
    wrong.textContent = message;
    wrong.hidden = !message;
    control.setAttribute("aria-invalid", String(Boolean(message)));
  };
  // While one types only what cannot become right by typing on is said; the rest when the field is left.
  control.addEventListener("input", () => refuse(tooMuch(option, input)));
  control.addEventListener("blur", () => setTimeout(() => input.value() !== undefined && input.value() !== "" && refuse(problemWith(option, input)), 120));
  return {
    name: option.name,
    element,
    refuse,
    focus: () => control.focus(),
    value: input.value,
    summary: () => (input.text() ? `${named(option.name)}: ${input.text()}` : ""),
    check() {
      const message = problemWith(option, input);
      refuse(message);
      return !message;
    },
  };
}

function makeInput(option, guildId, id, name) {
  if (["member", "role", "channel"].includes(option.kind)) {
    return makePicker(option.kind, guildId, id, { chosen: option.default ? { id: String(option.default), name: name ?? String(option.default) } : null });
  }
  if (option.kind === "boolean") {
    const control = h("input", { type: "checkbox", id });
    control.checked = Boolean(option.default);
    return { element: h("span", { class: "check" }, control), control, value: () => control.checked, text: () => word(control.checked ? "yes" : "no") };
  }
  if (option.kind === "choice") {
    const control = h("select", { class: "input", id }, ...option.choices.map((choice) => h("option", { value: choice }, named(choice))));
    if (option.default) control.value = option.default;
    return { element: control, control, value: () => control.value, text: () => named(control.value) };
  }
  if (option.kind === "integer" || option.kind === "number") {
    const control = h("input", { class: "input", type: "number", id, min: option.minimum, max: option.maximum, step: option.kind === "integer" ? 1 : "any", inputmode: "decimal" });
    if (option.default !== null) control.value = option.default;
    return { element: control, control, value: () => (control.value === "" ? undefined : Number(control.value)), text: () => control.value };
  }
  if (option.kind === "document") {
    const control = h("textarea", { class: "input", id, rows: 4, spellcheck: "false", placeholder: "{ }" });
    return { element: control, control, value: () => readDocument(control.value), text: () => control.value };
  }
  const long = (option.maximum ?? 0) > 300;
  const control = h(long ? "textarea" : "input", { class: "input", id, maxlength: option.maximum, rows: long ? 3 : null });
  control.value = option.default ?? "";
  return { element: control, control, value: () => (control.value === "" && !option.required ? undefined : control.value), text: () => control.value };
}

// What does not read as JSON stays text, which the check refuses.
function readDocument(text) {
  try {
    return text.trim() === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function hint(option) {
  const bounds =
    ["integer", "number"].includes(option.kind) && option.minimum !== null && option.maximum !== null ? ` ${word("from_to", { low: option.minimum, high: option.maximum })}` : "";
  // "The member" says nothing that the label "Member" does not.
  const repeats = option.description.toLowerCase() === `the ${option.name.replaceAll("_", " ")}`;
  return repeats ? bounds.trim() : `${said(option.description).replace(/\.$/, "")}.${bounds}`;
}

function tooMuch(option, input) {
  const value = input.value();
  if (typeof value === "number" && option.maximum !== null && value > option.maximum) return word("at_most", { count: option.maximum });
  if (option.kind === "text" && option.maximum !== null && String(value ?? "").length >= option.maximum) return word("at_most_characters", { count: option.maximum });
  return "";
}

function problemWith(option, input) {
  const value = input.value();
  if (value === undefined || value === "") return option.required ? word("needed") : "";
  if (option.kind === "document") return typeof value === "object" && !Array.isArray(value) ? "" : word("write_json");
  if (typeof value === "number") {
    if (Number.isNaN(value) || (option.kind === "integer" && !Number.isInteger(value))) return word("whole_number");
    if (option.minimum !== null && value < option.minimum) return word("at_least", { count: option.minimum });
    if (option.maximum !== null && value > option.maximum) return word("at_most", { count: option.maximum });
  }
  if (["member", "role", "channel"].includes(option.kind) && !/^\d{1,19}$/.test(value)) return word("from_the_list");
  if (typeof value === "string" && option.kind === "text") {
    if (option.minimum !== null && value.length < option.minimum) return word("at_least_characters", { count: option.minimum });
    if (option.maximum !== null && value.length > option.maximum) return word("at_most_characters", { count: option.maximum });
  }
  return "";
}
