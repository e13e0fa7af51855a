// Bulks: how far each is, what can be done about it, and what became of each member. The counts are the ledger's: what
// the stream tells of a bulk or of its commands is a reason to ask for them again.
import { confirmedForMany, labelOf } from "./acting.js";
import { ApiProblem, call, newKey } from "./api.js";
import { ask } from "./dialogs.js";
import { h } from "./dom.js";
import { stateColour, stateWords } from "./describe.js";
import { nameMentions } from "./mentions.js";
import { named, said } from "./said.js";
import { timeElement } from "./times.js";
import { followCommand, toast } from "./toasts.js";
import { word } from "./words.js";

const ASK_AT_MOST_EVERY_MS = 500;
const MEMBERS_AT_ONCE = 100;
const COLOURS = { queued: "accent", running: "info", paused: "warn", cancelled: "", finished: "good" };
const STARTS = ["bulk.start", "bulk.retry"];

// The cards of a page. `wanted` says of a bulk that starts while one looks whether it belongs there, `specs` are the
// commands' (to know which cannot be taken back).
export class Bulks {
  #root;
  #guildId;
  #specs;
  #cards = new Map();

  constructor(root, guildId, { stream, signal, bulks, specs, wanted, open = false }) {
    this.#root = root;
    this.#guildId = guildId;
    this.#specs = specs;
    for (const bulk of bulks.toReversed()) this.#show(bulk, open);
    stream.addEventListener("initial", () => this.#refreshAll(), { signal });
    stream.addEventListener("event", ({ detail: { type, data } }) => {
      if (!type.startsWith("command.")) return;
      if (this.#cards.has(data.parent_id)) this.#cards.get(data.parent_id).refresh();
      else if (this.#cards.has(data.command_id)) this.#cards.get(data.command_id).begins(data);
      else if (STARTS.includes(data.command) && data.state === "succeeded" && wanted(data.command_id)) this.#find(data.command_id, open);
      else if (data.command.startsWith("bulk.")) this.#refreshAll();
    }, { signal });
    signal.addEventListener("abort", () => this.#cards.forEach((card) => card.leave()));
  }

  // What was just asked for: no worker may have taken it yet.
  begin(id, { command, total }) {
    const counts = { begun: 0, in_flight: 0, done: 0, failed: 0 };
    this.#show({ id, command, total, state: "queued", actor: null, ...counts }, false).refresh();
  }

  #show(bulk, open) {
    const known = this.#cards.get(bulk.id);
    if (known) return known.paint(bulk) ?? known;
    const card = new Card(bulk, this.#guildId, this.#specs.find((spec) => spec.type === bulk.command), open);
    this.#cards.set(bulk.id, card);
    this.#root.prepend(card.element);
    return card;
  }

  async #find(id, open) {
    const bulk = await call(`/guilds/${this.#guildId}/bulks/${id}`).catch(() => null);
    if (bulk) this.#show(bulk, open);
  }

  #refreshAll() {
    for (const card of this.#cards.values()) if (!card.over) card.refresh();
  }
}

class Card {
  #guildId;
  #spec;
  #bulk;
  #timer = 0;
  #asking = false;
  #again = false;
  #cursor = null;
  #state = h("span", { class: "badge", role: "status" });
  #bar = ["good", "bad", "info"].map((colour) => h("span", { class: colour }));
  #progress = h("div", { class: "progress", role: "progressbar", "aria-valuemin": 0 }, ...this.#bar);
  #counts = h("p", { class: "muted" });
  #acts = h("span", { class: "toolbar" });
  #members = h("ul", { class: "act-results" });
  #more = h("button", { class: "button small", type: "button", hidden: true, onclick: () => this.#listMembers(this.#cursor) }, word("more"));
  #each = h("details", {}, h("summary", {}, word("each_member")), this.#members, this.#more);
  element;

  constructor(bulk, guildId, spec, open) {
    this.#guildId = guildId;
    this.#spec = spec;
    const title = `bulk-${bulk.id}`;
    this.#progress.setAttribute("aria-labelledby", title);
    this.element = h("article", { class: "card bulk", "aria-labelledby": title, dataset: { bulk: bulk.id } },
      h("div", { class: "card-head" }, h("h2", { id: title }, word(bulk.total === 1 ? "one_member" : "some_members", { act: labelOf(bulk.command), count: bulk.total })), this.#state, h("span", { class: "spacer" }), this.#acts),
      h("div", { class: "card-body" }, this.#progress, this.#counts, this.#each));
    this.#each.addEventListener("toggle", () => this.#each.open && this.#listMembers());
    this.#each.open = open;
    this.paint(bulk);
  }

  get over() {
    return ["finished", "cancelled"].includes(this.#bulk.state) && this.#bulk.in_flight === 0;
  }

  paint(bulk) {
    this.#bulk = bulk;
    const { state, total, begun, in_flight: underWay, done, failed } = bulk;
    this.#state.className = `badge ${failed && state === "finished" ? "warn" : COLOURS[state]}`;
    say(this.#state, word(`bulk_${state}`));
    [done, failed, underWay].forEach((count, at) => { this.#bar[at].style.width = `${(100 * count) / total}%`; });
    this.#progress.setAttribute("aria-valuemax", total);
    this.#progress.setAttribute("aria-valuenow", done + failed);
    const parts = [
      word("bulk_done", { done, total }), failed && word("bulk_failed", { count: failed }), underWay && word("bulk_under_way", { count: underWay }),
      state === "cancelled" && word("bulk_never_begun", { count: total - begun }),
    ];
    say(this.#counts, parts.filter(Boolean).join(", "));
    this.#counts.append(" · ", ...(bulk.actor ? [`${bulk.actor.name || bulk.actor.id}, `, timeElement(bulk.issued_at), " · "] : []), h("a", { href: `/guilds/${this.#guildId}/commands/${bulk.id}` }, word("timeline")));
    this.#paintActs();
  }

  // The command that starts it, before there is a bulk to ask for.
  begins({ state, message }) {
    if (this.#bulk.state !== "queued" || state === "succeeded") return this.refresh();
    this.#state.className = `badge ${stateColour(state)}`;
    say(this.#state, named(state));
    if (message) say(this.#counts, said(message));
  }

  refresh() {
    this.#timer ||= setTimeout(() => this.#askAgain(), ASK_AT_MOST_EVERY_MS);
  }

  leave() {
    clearTimeout(this.#timer);
  }

  async #askAgain() {
    this.#timer = 0;
    if (this.#asking) return void (this.#again = true);
    this.#asking = true;
    // No answer: the next event, or the next connection, asks again.
    const bulk = await call(`/guilds/${this.#guildId}/bulks/${this.#bulk.id}`).catch(() => null);
    this.#asking = false;
    if (bulk) this.paint(bulk);
    if (this.#each.open) await this.#listMembers();
    if (this.#again) this.refresh();
    this.#again = false;
  }

  #paintActs() {
    const { state, failed } = this.#bulk;
    const wanted = [
      state === "running" && ["pause", word("pause")], state === "paused" && ["resume", word("resume")],
      ["running", "paused"].includes(state) && ["cancel", word("call_off")],
      this.over && failed > 0 && ["retry", word(failed === 1 ? "retry_one" : "retry_some", { count: failed })],
    ].filter(Boolean);
    // The same buttons stay, with the focus that one of them may have.
    if (wanted.map(([, text]) => text).join() === [...this.#acts.children].map((one) => one.textContent).join()) return;
    this.#acts.replaceChildren(...wanted.map(([what, text]) => h("button", {
      class: `button small${what === "cancel" ? " danger-text" : ""}`, type: "button", onclick: ({ currentTarget }) => this.#act(what, currentTarget),
    }, text)));
  }

  async #act(what, button) {
    if (!(await this.#agreed(what))) return;
    button.disabled = true;
    try {
      const { id } = await call(`/guilds/${this.#guildId}/bulks/${this.#bulk.id}/${what}`, { method: "POST", idempotencyKey: newKey() });
      followCommand(this.#guildId, id, `bulk.${what}`);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      toast(word("did_not_work"), error.message, "bad");
    }
    button.disabled = false;
  }

  #agreed(what) {
    const { failed, total, begun } = this.#bulk;
    if (what === "retry" && this.#spec?.destructive) return confirmedForMany(this.#spec, failed);
    if (what !== "cancel") return true;
    const left = h("p", { class: "muted" }, word("call_off_text", { left: total - begun, total }));
    return ask({ title: word("call_off_sure"), body: [left], yes: word("call_off"), danger: true });
  }

  async #listMembers(cursor = null) {
    const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page = await call(`/guilds/${this.#guildId}/bulks/${this.#bulk.id}/commands?limit=${MEMBERS_AT_ONCE}${after}`).catch(() => null);
    if (!page) return;
    this.#cursor = page.next;
    this.#more.hidden = !page.next;
    const rows = page.items.map((one) => this.#row(one));
    if (cursor) this.#members.append(...rows);
    else this.#members.replaceChildren(...rows);
    nameMentions(this.#members, this.#guildId);
  }

  #row({ id, options, state, outcome }) {
    return h("li", {}, `<@${options.member}>`, h("span", { class: `badge ${stateColour(state)}` }, stateWords(state)),
      h("span", { class: "faint" }, said(outcome?.message ?? "")), h("a", { href: `/guilds/${this.#guildId}/commands/${id}` }, word("timeline")));
  }
}

// A status that is put anew is read out anew.
function say(element, text) {
  if (element.firstChild?.data !== text) element.replaceChildren(text);
  else element.replaceChildren(element.firstChild);
}
