// Reads and fills the controls of setting_fields.html: one value per key, as the API has it.
import { h } from "./dom.js";
import { word } from "./words.js";

// The same value in the same words, whatever the order of an object's members.
export const worded = (value) =>
  JSON.stringify(value ?? null, (_, part) => (part && typeof part === "object" && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part));
export const same = (one, other) => worded(one) === worded(other);

const byNumber = (one, other) => (BigInt(one) < BigInt(other) ? -1 : 1);

export class SettingField {
  constructor(element, { names, changed }) {
    this.element = element;
    this.key = element.dataset.key;
    this.kind = element.dataset.kind;
    this.names = names[element.dataset.of] ?? new Map();
    this.ids = [];
    this.default = null;
    const add = element.querySelector("[data-add]");
    add?.append(...[...this.names].map(([id, name]) => h("option", { value: id }, name)));
    add?.addEventListener("change", () => {
      if (add.value && !this.ids.includes(add.value)) this.#list([...this.ids, add.value]);
      add.value = "";
    });
    this.wrong = element.closest(".field")?.querySelector(".wrong") ?? null;
    for (const name of ["input", "change"]) {
      element.addEventListener(name, () => {
        this.refuse("");
        changed();
      });
    }
  }

  read() {
    const element = this.element;
    switch (this.kind) {
      case "on_off": return element.checked;
      case "on_off_or_unset": return element.value === "" ? null : element.value === "true";
      case "channel": return element.value || null;
      case "roles": return this.ids;
      case "allowance": return { default: element.querySelector("[data-default]").value, except: this.ids };
      case "cooldown": return this.#cooldown();
      default: return element.value;
    }
  }

  fill(value) {
    const element = this.element;
    switch (this.kind) {
      case "on_off": element.checked = value; break;
      case "on_off_or_unset": element.value = value === null ? "" : String(value); break;
      case "roles": this.#list(value ?? []); break;
      case "allowance":
        element.querySelector("[data-default]").value = value.default;
        this.#list(value.except);
        break;
      case "cooldown":
        element.querySelector("[data-uses]").value = value?.uses ?? 1;
        element.querySelector("[data-seconds]").value = value?.seconds ?? 0;
        break;
      default: element.value = value ?? "";
    }
  }

  // False where there is no place beside the control to say it.
  refuse(message) {
    if (!this.wrong) return false;
    this.wrong.textContent = message;
    this.wrong.hidden = !message;
    return true;
  }

  focus() {
    this.element.closest("details")?.setAttribute("open", "");
    (this.element.matches("fieldset") ? this.element.querySelector("select, input") : this.element).focus();
  }

  #cooldown() {
    const seconds = Number(this.element.querySelector("[data-seconds]").value || 0);
    const uses = Number(this.element.querySelector("[data-uses]").value || 1);
    // No limit is the default where the command declares none of its own.
    return seconds === 0 && this.default === null ? null : { seconds, uses };
  }

  #list(ids) {
    this.ids = [...ids].sort(byNumber);
    this.element.querySelector("[data-chosen]").replaceChildren(
      ...this.ids.map((id) => {
        const name = this.names.get(id) ?? id;
        const drop = () => {
          this.#list(this.ids.filter((other) => other !== id));
          this.element.dispatchEvent(new Event("change"));
        };
        return h("button", { class: "chip", type: "button", "aria-label": word("remove_one", { name }), onclick: drop }, name, " ×");
      }),
    );
  }
}

// A value for people: in the conflict's two columns and in the chips beside a command.
export function shown(kind, value, names) {
  if (kind === "cooldown") return !value || value.seconds === 0 ? word("no_limit") : word("uses_in", { uses: value.uses, seconds: value.seconds });
  if (kind === "allowance") {
    const list = value.except.map((id) => names.get(id) ?? id).join(", ");
    return word(list ? `${value.default}_all_except` : `${value.default}_all`, { list });
  }
  if (kind === "roles") return (value ?? []).map((id) => names.get(id) ?? id).join(", ") || word("none");
  if (value === true) return word("on");
  if (value === false) return word("off");
  return value === null || value === "" ? word("none") : String(names.get(String(value)) ?? value);
}
