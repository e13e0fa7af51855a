// A server's settings: unsaved changes against the saved version, conflicts with both values, and where they are live.
import { ApiProblem, call, newKey } from "./api.js";
import { byId, h } from "./dom.js";
import { freshener } from "./part.js";
import { SettingField, same, shown } from "./setting_fields.js";
import { followCommand, toast } from "./toasts.js";
import { mountWhy } from "./why.js";
import { word } from "./words.js";

const LOOK_AGAIN_MS = 400;
const LOOKS = 60;

export function mount(main, { guildId, stream, signal }) {
  new SettingsPage(main, guildId, stream, signal);
  mountWhy(guildId);
}

class SettingsPage {
  #guildId;
  #signal;
  #version;
  #saved;
  #names;
  #fields = new Map();
  #open = new Map();
  #freshen;
  #reading = 0;

  constructor(main, guildId, stream, signal) {
    const { version, settings, roles, channels } = JSON.parse(byId("settings-data").textContent);
    this.#guildId = guildId;
    this.#signal = signal;
    this.#version = version;
    this.#saved = new Map(settings.map((one) => [one.key, one.value]));
    this.#names = { role: new Map(roles.map((one) => [one.id, `@${one.name}`])), channel: new Map(channels.map((one) => [one.id, `#${one.name}`])) };
    const defaults = new Map(settings.map((one) => [one.key, one.default]));
    for (const element of main.querySelectorAll("[data-key]")) {
      const field = new SettingField(element, { names: this.#names, changed: () => this.#show() });
      field.default = defaults.get(field.key);
      field.fill(this.#saved.get(field.key));
      this.#fields.set(field.key, field);
    }
    this.#freshen = freshener(["versions"], guildId);
    byId("save-save").addEventListener("click", () => this.#save());
    byId("save-discard").addEventListener("click", () => this.#discard());
    main.addEventListener("click", (event) => this.#clicked(event));
    stream.addEventListener("event", ({ detail }) => {
      if (detail.type === "command.succeeded" && detail.data.command.startsWith("settings.")) this.#readAgain();
    }, { signal });
    addEventListener("beforeunload", (event) => this.#dirty().length && event.preventDefault(), { signal });
    document.addEventListener("page:leave", (event) => {
      if (this.#dirty().length && !confirm(word("leave_sure"))) event.preventDefault();
    }, { signal });
    this.#show();
    this.#followReach();
  }

  #dirty() {
    return [...this.#fields.values()].filter((field) => !same(field.read(), this.#saved.get(field.key)));
  }

  #show() {
    const dirty = this.#dirty();
    byId("save-bar").hidden = !dirty.length;
    byId("save-count").textContent = word(dirty.length === 1 ? "one_unsaved" : "some_unsaved", { count: dirty.length });
    byId("save-save").disabled = this.#open.size > 0;
    const badge = byId("settings-version");
    badge.dataset.version = this.#version;
    badge.textContent = this.#version ? word("settings_version", { version: this.#version }) : word("settings_defaults");
    for (const row of document.querySelectorAll("[data-command]")) row.querySelector("[data-summary]").replaceChildren(...this.#chips(row.dataset.command));
  }

  #chips(type) {
    return ["roles", "channels", "user_cooldown", "guild_cooldown", "private_reply", "approval"].flatMap((name) => {
      const field = this.#fields.get(`commands.${type}.${name}`);
      if (!field || same(field.read(), field.default)) return [];
      const text = name === "approval" ? word("two_people") : name === "private_reply" ? word(field.read() ? "private" : "public") : shown(field.kind, field.read(), field.names);
      return [h("span", { class: "badge plain" }, text)];
    });
  }

  #discard() {
    for (const field of this.#dirty()) {
      field.fill(this.#saved.get(field.key));
      field.refuse("");
    }
    this.#open.clear();
    byId("settings-news").replaceChildren();
    this.#show();
  }

  async #save() {
    const dirty = this.#dirty();
    const changes = Object.fromEntries(dirty.map((field) => [field.key, same(field.read(), field.default) ? null : field.read()]));
    const button = byId("save-save");
    button.disabled = true;
    try {
      const body = { changes };
      this.#take(await call(`/guilds/${this.#guildId}/settings`, { method: "PATCH", body, ifMatch: this.#version }));
      byId("settings-news").replaceChildren();
      toast(word("saved"), word("version_is", { version: this.#version }), "good").fade();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      if (error.problem.code === "version_conflict") await this.#readAgain({ focus: true });
      else {
        const field = this.#fields.get(error.problem.option);
        field?.focus();
        if (!field?.refuse(error.message)) toast(word("not_saved"), error.message, "bad");
      }
    } finally {
      this.#show();
    }
  }

  // Somebody changed something: what one has not touched follows at once, what both changed is shown with both values.
  async #readAgain({ focus = false } = {}) {
    const reading = (this.#reading += 1);
    const now = await call(`/guilds/${this.#guildId}/settings`, { signal: this.#signal }).catch(() => null);
    if (!now || reading !== this.#reading || now.version <= this.#version) return;
    this.#take(now, { focus });
  }

  #take(now, { focus = false } = {}) {
    if (now.version < this.#version) return;
    const others = now.version !== this.#version;
    this.#version = now.version;
    for (const { key, value } of now.items) {
      const field = this.#fields.get(key);
      const before = this.#saved.get(key);
      this.#saved.set(key, value);
      if (!field || same(before, value)) continue;
      const mine = field.read();
      if (same(mine, before)) field.fill(value);
      else if (!same(mine, value)) this.#open.set(key, { mine, theirs: value });
    }
    for (const [key, { mine }] of this.#open) if (same(mine, this.#saved.get(key))) this.#open.delete(key);
    if (this.#open.size) {
      const banner = this.#showConflicts();
      // Who is typing goes on typing: the banner is announced, and takes the focus only where they pressed Save.
      if (focus) banner.focus();
    }
    this.#show();
    if (!others) return;
    this.#freshen();
    this.#followReach();
  }

  #showConflicts() {
    const rows = [...this.#open].map(([key, { mine, theirs }]) => {
      const field = this.#fields.get(key);
      const choose = (value) => {
        field.fill(value);
        this.#open.delete(key);
        row.remove();
        if (!this.#open.size) byId("settings-news").replaceChildren();
        this.#show();
        field.focus();
      };
      const option = (words, value) => h("button", { class: "button small", type: "button", onclick: () => choose(value) }, `${words}: ${shown(field.kind, value, field.names)}`);
      const row = h("li", { "data-conflict": key }, h("strong", {}, key), option(word("keep_mine"), mine), option(word("take_theirs"), theirs));
      return row;
    });
    const words = word("collide_text", { version: this.#version });
    const banner = h("div", { class: "banner warn", role: "alert", tabindex: "-1" }, h("div", { class: "words" }, h("strong", {}, word("collide")), h("p", {}, words), h("ul", { class: "conflicts" }, ...rows)));
    byId("settings-news").replaceChildren(banner);
    return banner;
  }

  async #followReach() {
    const version = this.#version;
    for (let look = 0; look < LOOKS && version === this.#version && !this.#signal.aborted; look += 1) {
      const reach = await call(`/guilds/${this.#guildId}/settings/reach`, { signal: this.#signal }).catch(() => null);
      if (reach && reach.version === this.#version) this.#showReach(reach);
      if (reach?.everywhere) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  #showReach({ version, bots, workers, everywhere }) {
    const element = byId("settings-reach");
    const text = word("live_on", {
      bots: word(bots.of === 1 ? "one_bot" : "some_bots", { live: bots.live, of: bots.of }), workers: word(workers.of === 1 ? "one_worker" : "some_workers", { live: workers.live, of: workers.of }),
    });
    element.className = `badge ${everywhere ? "good" : "warn"}`;
    element.dataset.version = version;
    if (element.textContent !== text) element.textContent = text;
  }

  #clicked(event) {
    const disable = event.target.closest("[data-disable-area]");
    const restore = event.target.closest("[data-restore]");
    if (disable) this.#disableAll(disable.dataset.disableArea);
    if (restore) this.#restore(Number(restore.dataset.restore), restore);
  }

  #disableAll(area) {
    const dialog = byId("disable-all");
    dialog.returnValue = "no";
    dialog.showModal();
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "yes") return;
      for (const [key, field] of this.#fields) if (key.startsWith(`commands.${area}.`) && key.endsWith(".enabled")) field.fill(false);
      this.#show();
    }, { once: true });
  }

  async #restore(version, button) {
    if (this.#dirty().length) return void toast(word("save_first"), word("save_first_text"), "warn");
    button.disabled = true;
    try {
      const body = { type: "settings.restore", options: { version, expected_version: this.#version } };
      const { id } = await call(`/guilds/${this.#guildId}/commands`, { method: "POST", body, idempotencyKey: newKey() });
      followCommand(this.#guildId, id, "settings.restore");
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      toast(word("did_not_work"), error.message, "bad");
      button.disabled = false;
    }
  }
}
