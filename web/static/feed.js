// The feed: newest first, filtered, paused, and virtual: only the rows in sight are elements, however many events came.
import { h } from "./dom.js";
import { describe, kindOf } from "./describe.js";
import { nameMentions } from "./mentions.js";
import { timeElement } from "./times.js";
import { word } from "./words.js";

const OVERSCAN = 6;

export class Feed extends EventTarget {
  #box;
  #list;
  #guildId;
  #stream;
  #shown = [];
  #rows = new Map();
  #wanted = () => true;
  #frame = 0;
  #fresh = 0;
  #rowHeight = 0;
  paused = false;
  waiting = 0;

  constructor({ box, list, guildId, stream, signal }) {
    super();
    this.#box = box;
    this.#list = list;
    this.#guildId = guildId;
    this.#stream = stream;
    box.addEventListener("keydown", (event) => this.#step(event), { signal });
    box.addEventListener("scroll", () => this.#paintSoon(), { signal, passive: true });
    addEventListener("resize", () => this.#measure(), { signal });
    this.#measure();
    this.restart();
  }

  get shown() {
    return this.#shown.length;
  }

  // Everything that the stream holds, through the filter.
  restart() {
    this.#shown = this.#stream.recent.filter(this.#wanted);
    this.waiting = 0;
    this.#rows.forEach((row) => row.remove());
    this.#rows.clear();
    this.#paintSoon();
  }

  filter(wanted) {
    this.#wanted = wanted;
    if (!this.paused) return this.restart();
    // What is seen while paused stays the moment of the pause: only what came after it is left out.
    const { waiting } = this;
    const since = this.#stream.recent.slice(waiting);
    this.#shown = since.filter(wanted);
    this.#rows.forEach((row) => row.remove());
    this.#rows.clear();
    this.#paintSoon();
  }

  add(event) {
    if (this.paused) {
      this.waiting += 1;
      return;
    }
    if (!this.#wanted(event)) return;
    this.#shown.unshift(event);
    this.#fresh += 1;
    this.#paintSoon();
  }

  pause(paused) {
    this.paused = paused;
    if (!paused) this.restart();
  }

  toNow() {
    this.#box.scrollTop = 0;
    this.#paintSoon();
  }

  // One stop for the tab key, then arrows from row to row: a feed of hundreds must not stand between a reader and the rest.
  #step(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !this.#shown.length) return;
    event.preventDefault();
    const { activeElement } = document;
    const at = this.#shown.findIndex((one) => one.id === activeElement?.dataset.event);
    const next = this.#shown[Math.max(0, Math.min(at + by, this.#shown.length - 1))];
    const top = this.#shown.indexOf(next) * this.#rowHeight;
    const { scrollTop, clientHeight } = this.#box;
    if (top < scrollTop) this.#box.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight) this.#box.scrollTop = top + this.#rowHeight - clientHeight;
    this.#paint();
    this.#rows.get(next.id)?.querySelector(".open").focus({ preventScroll: true });
  }

  #measure() {
    this.#rowHeight = parseFloat(getComputedStyle(this.#list).getPropertyValue("--row")) || 44;
    this.#paintSoon();
  }

  #paintSoon() {
    this.#frame ||= requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#frame = 0;
    const height = this.#rowHeight;
    const box = this.#box;
    this.#list.style.height = `${this.#shown.length * height}px`;
    // Who reads further down keeps what they read where it is.
    if (this.#fresh && box.scrollTop > height / 2) box.scrollTop += this.#fresh * height;
    const first = Math.max(0, Math.floor(box.scrollTop / height) - OVERSCAN);
    const last = Math.min(this.#shown.length, Math.ceil((box.scrollTop + box.clientHeight) / height) + OVERSCAN);
    const visible = new Set();
    for (let at = first; at < last; at += 1) {
      const event = this.#shown[at];
      visible.add(event.id);
      let row = this.#rows.get(event.id);
      if (!row) {
        row = this.#row(event, this.#fresh > at && box.scrollTop === 0);
        this.#rows.set(event.id, row);
      }
      row.style.transform = `translateY(${at * height}px)`;
      row.ariaPosInSet = String(at + 1);
      row.ariaSetSize = String(this.#shown.length);
      // In the order in which they are read, for screen readers and the keyboard.
      if (this.#list.children[at - first] !== row) this.#list.insertBefore(row, this.#list.children[at - first] ?? null);
    }
    for (const [id, row] of this.#rows) {
      if (visible.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    this.#fresh = 0;
    this.dispatchEvent(new CustomEvent("painted", { detail: { behind: Math.round(box.scrollTop / height) } }));
  }

  #row(event, arrives) {
    const { colour, what, more } = describe(event, this.#guildId);
    const row = h(
      "li",
      { class: arrives ? "arrives" : "", dataset: { id: event.id, type: event.type } },
      h("span", { class: `dot ${colour}` }),
      h("span", { class: "line" }, h("span", { class: "what" }, ...what), more ? h("span", { class: "more" }, more) : null),
      h("span", { class: "source" }, sourceWords(event.source)),
      timeElement(event.timestamp),
      h("button", { class: "open", type: "button", tabindex: "-1", "aria-label": word("details"), dataset: { event: event.id } }),
    );
    for (const link of row.querySelectorAll("a")) link.tabIndex = -1;
    nameMentions(row, this.#guildId);
    return row;
  }
}

// A slash command's source is the bot; beside a person's name "bot" would be read as theirs.
const SOURCES = ["bot", "dashboard", "api", "script", "schedule"];
export const sourceWords = (source) => (SOURCES.includes(source) ? word(`source_${source}`) : source);

// A filter as a function: empty values leave a condition out.
export function wantedBy({ kind, source, command, actor }) {
  const part = actor.trim().toLowerCase();
  return (event) =>
    (!kind || kindOf(event) === kind) &&
    (!source || event.source === source) &&
    (!command || event.data.command === command) &&
    (!part || actorText(event).includes(part));
}

function actorText({ actor_id: id, data }) {
  const { member } = data;
  return [id, data.actor_name, data.actor_id, data.username, member?.username, member?.display_name].filter(Boolean).join(" ").toLowerCase();
}
