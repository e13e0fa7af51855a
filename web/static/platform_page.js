// The operators' page: renewed every five seconds; switches are flipped here.
import { ApiProblem, call, newKey } from "./api.js";
import { ask } from "./dialogs.js";
import { byId, h } from "./dom.js";
import { localizeTimes } from "./times.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

const EVERY_MS = 5000;

export function mount(main, { signal }) {
  const timer = setInterval(() => document.hidden || renew(), EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));

  byId("switch-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const command = form.get("command");
    const guild = form.get("guild_id");
    const what = command || word("every_command");
    const server = event.target.querySelector("[name=guild_id]").selectedOptions[0].text;
    const agreed = await ask({
      title: guild ? word("switch_off_in", { what, server }) : word("switch_off_everywhere", { what }), danger: true, yes: word("switch_off"), word: command || guild ? "" : "platform",
      body: [h("p", { class: "muted" }, word("switch_off_text"))],
    });
    if (agreed) await flip({ off: true, reason: form.get("reason"), ...(command ? { command } : {}), ...(guild ? { guild_id: guild } : {}) });
  }, { signal });

  main.addEventListener("click", (event) => {
    const button = event.target.closest("[data-switch-on]");
    if (!button) return;
    const { command, guild } = button.dataset;
    button.disabled = true;
    flip({ off: false, ...(command ? { command } : {}), ...(guild ? { guild_id: guild } : {}) });
  }, { signal });
}

async function flip(body) {
  try {
    await call("/switches", { method: "POST", body, idempotencyKey: newKey() });
    toast(word(body.off ? "switched_off" : "switched_on"), word("switched_text"), body.off ? "warn" : "good").fade();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    toast(word("nothing_switched"), error.message, "bad");
  }
  await renew();
}

async function renew() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!page?.ok || page.redirected) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  for (const id of ["platform-now", "platform-switches"]) {
    const part = fresh.getElementById(id);
    // Somebody is reading or about to press: the next round is soon enough.
    if (!part || !byId(id) || byId(id).contains(document.activeElement) || !getSelection().isCollapsed) continue;
    byId(id).replaceWith(document.adoptNode(part));
    localizeTimes(part);
  }
}
