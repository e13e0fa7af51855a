// The live page: the feed, and the form beside it.
import { CommandForm } from "./command_form.js";
import { byId } from "./dom.js";
import { Feed } from "./feed.js";
import { showState } from "./live.js";
import { word } from "./words.js";

export function mount(main, { guildId, stream, signal }) {
  const feed = new Feed(byId("feed"), byId("feed-empty"), guildId);
  const pause = byId("feed-pause");
  const paintState = () => {
    if (feed.paused && stream.state === "live") showState(byId("live-state"), "paused", feed.waiting ? word("fresh", { count: feed.waiting }) : "");
    else showState(byId("live-state"), stream.state);
  };

  feed.reset(stream.recent);
  stream.addEventListener("state", paintState, { signal });
  stream.addEventListener("initial", ({ detail }) => feed.reset(detail.recent), { signal });
  stream.addEventListener("event", ({ detail }) => {
    feed.add(detail);
    if (feed.paused) paintState();
  }, { signal });
  signal.addEventListener("abort", () => showState(byId("live-state"), stream.state));

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
}
