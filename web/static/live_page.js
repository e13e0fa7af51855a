// The live page: the feed with its filters, the details of one event, and the form beside it.
import { CommandForm } from "./command_form.js";
import { describe } from "./describe.js";
import { byId, h } from "./dom.js";
import { Feed, sourceWords, wantedBy } from "./feed.js";
import { showState } from "./live.js";
import { named } from "./said.js";
import { timeElement, utcText } from "./times.js";
import { word } from "./words.js";

export function mount(main, { guildId, stream, signal }) {
  const feed = new Feed({ box: byId("feed-box"), list: byId("feed"), guildId, stream, signal });
  const filters = byId("feed-filters");
  const pause = byId("feed-pause");
  const now = byId("feed-now");

  const paintState = () => {
    if (feed.paused && stream.state === "live") showState(byId("live-state"), "paused", feed.waiting ? word("fresh", { count: feed.waiting }) : "");
    else showState(byId("live-state"), stream.state);
  };
  feed.addEventListener("painted", ({ detail }) => {
    const filtered = stream.recent.length > 0 && feed.shown === 0;
    byId("feed-empty").hidden = feed.shown > 0 || filtered;
    byId("feed-nothing").hidden = !filtered;
    byId("feed-count").textContent = String(feed.shown);
    now.hidden = detail.behind === 0;
  });
  stream.addEventListener("state", paintState, { signal });
  stream.addEventListener("initial", () => feed.restart(), { signal });
  stream.addEventListener("event", ({ detail }) => {
    feed.add(detail);
    if (feed.paused) paintState();
  }, { signal });
  signal.addEventListener("abort", () => showState(byId("live-state"), stream.state));

  const chosen = { kind: "", source: "", command: "", actor: "" };
  const apply = () => feed.filter(wantedBy(chosen));
  filters.addEventListener("input", (event) => {
    chosen[event.target.name] = event.target.value;
    apply();
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  byId("feed-kinds").addEventListener("click", (event) => {
    const chip = event.target.closest("[data-kind]");
    if (!chip) return;
    for (const other of event.currentTarget.children) other.setAttribute("aria-pressed", String(other === chip));
    chosen.kind = chip.dataset.kind;
    apply();
  });

  const setPaused = (paused) => {
    feed.pause(paused);
    pause.setAttribute("aria-pressed", String(paused));
    pause.querySelector("span").textContent = word(paused ? "resume" : "pause");
    paintState();
  };
  pause.addEventListener("click", () => setPaused(!feed.paused));
  now.addEventListener("click", () => {
    if (feed.paused) setPaused(false);
    feed.toNow();
  });
  byId("feed").addEventListener("click", (event) => {
    const opener = event.target.closest("[data-event]");
    if (opener) showEvent(stream.recent.find((one) => one.id === opener.dataset.event), guildId);
  });

  new CommandForm(guildId);
}

function showEvent(event, guildId) {
  if (!event) return;
  const { what, more } = describe(event, guildId);
  byId("event-sheet-title").textContent = event.type;
  const fact = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
  byId("event-sheet").querySelector(".sheet-body").replaceChildren(
    h("p", {}, ...what), more ? h("p", { class: "muted" }, more) : "",
    h("hr"),
    h("dl", { class: "facts" },
      ...fact(word("when"), timeElement(event.timestamp)), ...fact("UTC", utcText(new Date(event.timestamp))),
      ...fact(word("source"), sourceWords(event.source)), ...fact(word("seen_by"), named(event.audience)), ...fact(word("event"), event.id),
    ),
    h("hr"), h("h3", {}, word("what_was_sent")), h("pre", { class: "payload", tabindex: "0" }, JSON.stringify(event.data, null, 2)),
  );
  byId("event-sheet").showModal();
}
