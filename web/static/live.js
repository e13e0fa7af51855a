// The one live stream of a guild's pages: connects, resumes where it was, says what state it is in, and keeps what came,
// so that a page which opens later begins with it.
import { saySignedOut } from "./signed_out.js";
import { word } from "./words.js";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15000;
const REMEMBERED = 2000;
const KEPT = 5000;
// A timer that comes this late means that the machine slept: a connection from before may look open and be dead.
const TICK_MS = 5000;
const SLEPT_MS = 20000;

export class LiveStream extends EventTarget {
  #path;
  #source = null;
  #lastId = "";
  #seen = new Set();
  #retry = FIRST_RETRY_MS;
  #timer = 0;
  #refusedBefore = false;
  // Newest first.
  recent = [];
  state = "connecting";
  // What `initial` said; a page that mounts later reads it here.
  initial = null;
  // Who is here now, as last told.
  presence = null;

  constructor(guildId) {
    super();
    this.#path = `/api/v1/guilds/${guildId}/events`;
    addEventListener("online", () => this.#reconnectNow());
    addEventListener("offline", () => this.#say("lost"));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#source?.readyState === EventSource.CLOSED) this.#reconnectNow();
    });
    let ticked = Date.now();
    setInterval(() => {
      if (Date.now() - ticked > SLEPT_MS) this.#reconnectNow();
      ticked = Date.now();
    }, TICK_MS);
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#reconnectNow());
  }

  start() {
    this.#close();
    const query = this.#lastId ? `?last_event_id=${encodeURIComponent(this.#lastId)}` : "";
    const source = new EventSource(this.#path + query);
    this.#source = source;
    source.addEventListener("connected", (message) => {
      this.#retry = FIRST_RETRY_MS;
      this.#refusedBefore = false;
      this.#say("live");
      this.#emit("connected", JSON.parse(message.data));
    });
    source.addEventListener("initial", (message) => {
      this.#lastId = message.lastEventId;
      const initial = JSON.parse(message.data);
      this.#seen = new Set(initial.recent.map((event) => event.id));
      this.recent = initial.recent;
      this.initial = initial;
      this.#emit("initial", initial);
    });
    source.addEventListener("reset", (message) => this.#emit("reset", JSON.parse(message.data)));
    source.addEventListener("presence", (message) => {
      this.presence = JSON.parse(message.data);
      this.#emit("presence", this.presence);
    });
    // Something goes wrong with the platform, or is mended: whoever shows it asks what.
    source.addEventListener("trouble", () => this.#emit("trouble", {}));
    source.addEventListener("message", (message) => {
      this.#lastId = message.lastEventId;
      const event = JSON.parse(message.data);
      // What happened between the state and the stream can come twice.
      if (this.#seen.has(event.id)) return;
      this.#remember(event.id);
      this.recent.unshift(event);
      this.recent.length = Math.min(this.recent.length, KEPT);
      this.#emit("event", event);
    });
    source.addEventListener("error", (message) => {
      if (message.data) {
        // The platform's own word that it cannot subscribe; it closes after it.
        this.#later();
      } else if (source.readyState === EventSource.CLOSED) {
        this.#refused();
      } else {
        this.#say("waiting");
      }
    });
  }

  async #refused() {
    this.#later();
    // An EventSource does not say why: ask, so that who was logged out or lost access is told.
    const response = await fetch(this.#path.replace(/\/events$/, ""), { headers: { Accept: "application/json" } }).catch(() => null);
    if (![401, 403, 404].includes(response?.status)) return;
    this.#say("lost");
    if (response.status === 401) {
      clearTimeout(this.#timer);
      saySignedOut();
    } else if (!this.#refusedBefore) {
      // It goes on asking: what was taken can be given back, and a bot can be invited again.
      this.#refusedBefore = true;
      this.#emit("refused", await response.json().catch(() => ({})));
    }
  }

  #later() {
    this.#close();
    this.#say(this.#refusedBefore ? "lost" : "waiting");
    this.#timer = setTimeout(() => this.start(), this.#retry * (0.75 + Math.random() / 2));
    this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_MS);
  }

  #reconnectNow() {
    this.#retry = FIRST_RETRY_MS;
    this.start();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #remember(id) {
    this.#seen.add(id);
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value);
  }

  #say(state) {
    this.state = state;
    this.#emit("state", state);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

export function showState(element, state, note = "") {
  element.dataset.state = state;
  element.textContent = note ? `${word(state)} · ${note}` : word(state);
}
