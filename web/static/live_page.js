// The live page: the feed, and the form beside it.
import { call } from "./api.js";
import { CommandForm } from "./command_form.js";
import { byId } from "./dom.js";
import { Feed } from "./feed.js";
import { LiveStream, showState } from "./live.js";
import { followedIds, progress, toast } from "./toasts.js";

const guildId = document.querySelector("[data-guild]").dataset.guild;
const feed = new Feed(byId("feed"), byId("feed-empty"), guildId);
const stateElement = byId("live-state");
const pause = byId("feed-pause");
let state = "connecting";

const stream = new LiveStream(guildId);
stream.addEventListener("state", ({ detail }) => {
  state = detail;
  paintState();
});
stream.addEventListener("initial", ({ detail }) => {
  feed.reset(detail.recent);
  for (const event of detail.recent) if (event.type.startsWith("command.")) progress(event.data);
  catchUp();
});
stream.addEventListener("event", ({ detail }) => {
  feed.add(detail);
  if (detail.type.startsWith("command.")) progress(detail.data);
  if (feed.paused) paintState();
});
stream.addEventListener("refused", ({ detail }) => toast("The live feed ended", detail.detail ?? "You no longer have access.", "bad"));
stream.start();

new CommandForm(guildId);

byId("feed-filter").addEventListener("click", (event) => {
  const chip = event.target.closest("[data-kind]");
  if (!chip) return;
  for (const other of event.currentTarget.children) other.setAttribute("aria-pressed", String(other === chip));
  feed.show(chip.dataset.kind);
});

pause.addEventListener("click", () => {
  feed.setPaused(!feed.paused);
  pause.setAttribute("aria-pressed", String(feed.paused));
  pause.querySelector("span").textContent = feed.paused ? "Resume" : "Pause";
  paintState();
});

function paintState() {
  if (feed.paused && state === "live") showState(stateElement, "paused", feed.waiting ? `${feed.waiting} new` : "");
  else showState(stateElement, state);
}

// After a break longer than the stream is kept: the toasts' commands may have ended meanwhile.
async function catchUp() {
  for (const id of followedIds()) {
    const command = await call(`/guilds/${guildId}/commands/${id}`).catch(() => null);
    if (command) progress({ ...command, command_id: command.id, command: command.type, message: command.outcome?.message ?? "" });
  }
}
