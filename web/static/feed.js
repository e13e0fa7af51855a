// The feed: newest first, bounded, filterable, pausable. Painted once a frame however many events arrive.
import { h } from "./dom.js";
import { describe, kindOf } from "./describe.js";
import { nameMentions } from "./mentions.js";
import { timeElement } from "./times.js";

const MOST = 400;

export class Feed {
  #list;
  #empty;
  #guildId;
  #events = [];
  #waiting = [];
  #kind = "";
  #frame = 0;
  #fresh = 0;
  paused = false;

  constructor(list, empty, guildId) {
    this.#list = list;
    this.#empty = empty;
    this.#guildId = guildId;
  }

  get waiting() {
    return this.#waiting.length;
  }

  reset(newestFirst) {
    this.#events = newestFirst.slice(0, MOST);
    this.#waiting = [];
    this.#repaint();
  }

  add(event) {
    if (this.paused) {
      this.#waiting.push(event);
      if (this.#waiting.length > MOST) this.#waiting.shift();
      return;
    }
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, MOST);
    this.#fresh += 1;
    this.#frame ||= requestAnimationFrame(() => this.#paintFresh());
  }

  setPaused(paused) {
    this.paused = paused;
    if (paused) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) this.add(event);
  }

  show(kind) {
    this.#kind = kind;
    this.#repaint();
  }

  #matches = (event) => !this.#kind || kindOf(event) === this.#kind;

  #paintFresh() {
    this.#frame = 0;
    const fresh = this.#events.slice(0, this.#fresh).filter(this.#matches);
    this.#fresh = 0;
    this.#list.prepend(...fresh.map((event) => this.#item(event, "arrives")));
    while (this.#list.children.length > MOST) this.#list.lastChild.remove();
    this.#empty.hidden = this.#list.children.length > 0;
  }

  #repaint() {
    this.#fresh = 0;
    this.#list.replaceChildren(...this.#events.filter(this.#matches).map((event) => this.#item(event, "")));
    this.#empty.hidden = this.#list.children.length > 0;
  }

  #item(event, className) {
    const { colour, what, more } = describe(event, this.#guildId);
    const item = h(
      "li",
      { class: className, dataset: { id: event.id, type: event.type } },
      h("span", { class: `dot ${colour}` }),
      h("span", { class: "what" }, ...what),
      timeElement(event.timestamp),
      more ? h("span", { class: "more" }, more) : null,
    );
    nameMentions(item, this.#guildId);
    return item;
  }
}
