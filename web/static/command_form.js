// A command's form, made from its spec: the same bounds as the server's, said while one types.
import { ApiProblem, call, newKey } from "./api.js";
import { byId, h, words } from "./dom.js";
import { makeField } from "./fields.js";
import { followCommand } from "./toasts.js";

export class CommandForm {
  #guildId;
  #specs;
  #fields = [];
  #key = null;

  constructor(guildId) {
    this.#guildId = guildId;
    this.#specs = JSON.parse(byId("command-specs").textContent);
    const form = byId("command-form");
    if (!this.#specs.length) {
      byId("command-none").hidden = false;
      return;
    }
    form.hidden = false;
    const select = byId("command-type");
    for (const [area, specs] of Map.groupBy?.(this.#specs, (spec) => spec.area) ?? group(this.#specs)) {
      select.append(h("optgroup", { label: words(area) }, ...specs.map((spec) => h("option", { value: spec.type }, spec.type))));
    }
    const wanted = new URLSearchParams(location.search).get("command");
    if (this.#specs.some((spec) => spec.type === wanted)) select.value = wanted;
    select.addEventListener("change", () => this.#show());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    // Another content is another request: a key stands for exactly one.
    form.addEventListener("input", () => (this.#key = null));
    this.#show();
  }

  get #spec() {
    return this.#specs.find((spec) => spec.type === byId("command-type").value);
  }

  #show() {
    const spec = this.#spec;
    this.#key = null;
    byId("command-description").textContent = spec.description;
    byId("command-problem").hidden = true;
    byId("command-send").className = spec.destructive ? "button danger" : "button primary";
    const asked = new URLSearchParams(location.search);
    this.#fields = spec.options.map((option) => {
      // A link may fill in a form (settings do), never send it.
      const given = spec.type === asked.get("command") ? asked.get(`option.${option.name}`) : null;
      return makeField(given === null ? option : { ...option, default: given }, this.#guildId);
    });
    byId("command-options").replaceChildren(...this.#fields.map((field) => field.element));
  }

  async #send() {
    const spec = this.#spec;
    const wrong = this.#fields.filter((field) => !field.check());
    if (wrong.length) {
      wrong[0].focus();
      return;
    }
    const options = Object.fromEntries(this.#fields.map((field) => [field.name, field.value()]).filter(([, value]) => value !== undefined));
    const dryRun = byId("command-dry-run").checked;
    if (spec.destructive && !dryRun && !(await confirmed(spec, this.#fields))) return;
    this.#key ??= newKey();
    const button = byId("command-send");
    button.disabled = true;
    byId("command-problem").hidden = true;
    try {
      const body = { type: spec.type, options, ...(dryRun ? { dry_run: true } : {}) };
      const { id } = await call(`/guilds/${this.#guildId}/commands`, { method: "POST", body, idempotencyKey: this.#key });
      followCommand(this.#guildId, id, spec.type);
      this.#show();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      const field = this.#fields.find((candidate) => candidate.name === error.problem.option);
      if (field) {
        field.refuse(error.message);
        field.focus();
      } else {
        byId("command-problem").textContent = error.message;
        byId("command-problem").hidden = false;
      }
    } finally {
      button.disabled = false;
    }
  }
}

function confirmed(spec, fields) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = `${spec.description.replace(/\.$/, "")}?`;
  byId("confirm-text").textContent = fields.map((field) => field.summary()).filter(Boolean).join(" · ");
  byId("confirm-yes").textContent = `Yes, ${words(spec.type.split(".")[1])}`;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

function group(specs) {
  const groups = new Map();
  for (const spec of specs) groups.set(spec.area, [...(groups.get(spec.area) ?? []), spec]);
  return groups;
}
