// One command's form, made from its spec: the same bounds as the server's, said while one types. What became of it is
// shown in place, live, until it ended.
import { ApiProblem, call, newKey } from "./api.js";
import { ask } from "./dialogs.js";
import { h, icon } from "./dom.js";
import { isFinal, stateColour, stateWords } from "./describe.js";
import { makeField } from "./fields.js";
import { nameMentions } from "./mentions.js";
import { named, said } from "./said.js";
import { followCommand } from "./toasts.js";
import { word } from "./words.js";

export class CommandPanel {
  #guildId;
  #spec;
  #fields;
  #key = null;
  #send;
  #inPlace;
  #danger;
  #follow;
  #problem = h("div", { class: "form-problem", role: "alert", hidden: true });
  #button;
  #dryRun = h("input", { type: "checkbox" });
  result = h("div", { class: "command-result", role: "status" });
  #watched = null;

  // `given` fills fields in by name, `names` says who an id is; `send` takes (options, dryRun, key) and answers {id}.
  // `danger` asks before it sends; `follow` shows a toast, where the result is not shown in place; `tryOnly` offers a dry run.
  constructor(root, guildId, spec, { given = {}, names = {}, send, label = word("run"), inPlace = false, leaveOut = [], head = true, danger = spec.destructive, follow = true, tryOnly = true } = {}) {
    this.#guildId = guildId;
    this.#spec = spec;
    this.#inPlace = inPlace;
    this.#danger = danger;
    this.#follow = follow;
    this.#send = send ?? ((options, dryRun, key) => call(`/guilds/${guildId}/commands`, {
      method: "POST", body: { type: spec.type, options, ...(dryRun ? { dry_run: true } : {}) }, idempotencyKey: key,
    }));
    this.#fields = spec.options.filter((option) => !leaveOut.includes(option.name)).map((option) => {
      const value = given[option.name];
      return makeField(value === undefined || value === null ? option : { ...option, default: value }, guildId, { name: names[value] });
    });
    this.#button = h("button", { class: spec.destructive ? "button danger" : "button primary" }, label);
    const tryBox = tryOnly ? h("label", { class: "check" }, this.#dryRun, " ", word("try_only")) : null;
    const form = h("form", { novalidate: true, class: "command-form" }, ...this.#fields.map((field) => field.element), tryBox, this.#problem, h("p", { class: "field" }, this.#button));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    // Another content is another request: a key stands for exactly one.
    form.addEventListener("input", () => { this.#key = null; });
    const title = head ? h("div", { class: "command-head" }, h("h2", {}, spec.type), h("p", { class: "muted" }, said(spec.description)), slash(spec)) : null;
    root.replaceChildren(...[title, form, this.result].filter(Boolean));
  }

  focus() {
    (this.#fields[0] ?? { focus: () => this.#button.focus() }).focus();
  }

  // Called with every `command.*` event: paints the one that was sent from here.
  progress(data) {
    if (data.command_id !== this.#watched?.id || data.revision < this.#watched.revision) return;
    this.#watched.revision = data.revision;
    this.#paint(data.state, data.message);
    this.#watched.over = isFinal(data.state);
  }

  // The reader leaves: what has not ended goes on as a toast.
  leave() {
    if (this.#watched && !this.#watched.over) followCommand(this.#guildId, this.#watched.id, this.#spec.type);
  }

  async #submit() {
    const wrong = this.#fields.filter((field) => !field.check());
    if (wrong.length) return void wrong[0].focus();
    const options = Object.fromEntries(this.#fields.map((field) => [field.name, field.value()]).filter(([, value]) => value !== undefined));
    const dryRun = this.#dryRun.checked;
    if (this.#danger && !dryRun && !(await confirmed(this.#spec, this.#fields.map((field) => field.summary())))) return;
    this.#key ??= newKey();
    this.#button.disabled = true;
    this.#problem.hidden = true;
    try {
      const { id } = (await this.#send(options, dryRun, this.#key)) ?? {};
      this.#key = null;
      if (this.#inPlace) await this.#watch(id);
      else if (this.#follow) followCommand(this.#guildId, id, this.#spec.type);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      this.#refuse(error);
    } finally {
      this.#button.disabled = false;
    }
  }

  #refuse(error) {
    const field = this.#fields.find((candidate) => candidate.name === error.problem.option);
    if (field) {
      field.refuse(error.message);
      field.focus();
      return;
    }
    this.#problem.textContent = error.message;
    this.#problem.hidden = false;
  }

  async #watch(id) {
    this.#watched = { id, revision: 0, over: false };
    this.#paint("queued", word("waiting_for_worker"));
    // The stream can be faster than the answer that names the command.
    const command = await call(`/guilds/${this.#guildId}/commands/${id}`).catch(() => null);
    if (command) this.progress({ command_id: id, revision: command.revision, state: command.state, message: command.outcome?.message ?? word("waiting_for_worker") });
  }

  #paint(state, message) {
    const { id } = this.#watched;
    this.result.replaceChildren(h("div", { class: `banner ${bannerColour(state)}` },
      icon(isFinal(state) ? (state === "succeeded" ? "circle-check" : "circle-alert") : "hourglass"),
      h("div", { class: "words" }, h("strong", {}, `${this.#spec.type} ${stateWords(state)}`), said(message) || "", " ", h("a", { href: `/guilds/${this.#guildId}/commands/${id}` }, word("timeline")))));
    nameMentions(this.result, this.#guildId);
  }
}

const bannerColour = (state) => ({ good: "good", bad: "bad", warn: "warn" })[stateColour(state)] ?? "info";

function slash(spec) {
  return spec.slash ? h("p", { class: "faint" }, word("on_discord"), " ", h("code", {}, `/${spec.slash}`)) : null;
}

export function confirmed(spec, summaries, { typed = spec.type.split(".")[1], about = "" } = {}) {
  return ask({
    title: about || `${said(spec.description).replace(/\.$/, "")}?`,
    body: summaries.filter(Boolean).map((text) => h("p", { class: "muted" }, text)),
    yes: word("yes_do", { act: named(spec.type.split(".")[1]) }),
    danger: true,
    word: typed,
  });
}

export const commandSpecs = () => JSON.parse(document.getElementById("command-specs").textContent);
