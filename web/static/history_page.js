// The list of commands so far: states change in place while one looks.
import { h } from "./dom.js";
import { stateColour } from "./describe.js";
import { freshener } from "./part.js";
import { mountPersonFilters } from "./person_filter.js";
import { named } from "./said.js";

export function mount(main, { guildId, stream, signal }) {
  mountPersonFilters(main, guildId);
  const freshen = freshener(["command-list"], guildId);

  const apply = (event) => {
    if (!event.type.startsWith("command.")) return;
    const row = main.querySelector(`[data-command="${CSS.escape(event.data.command_id)}"]`);
    if (!row) return void freshen();
    if (Number(row.dataset.revision) > event.data.revision) return;
    row.dataset.revision = event.data.revision;
    row.querySelector("[data-state]").replaceChildren(h("span", { class: `badge ${stateColour(event.data.state)}` }, named(event.data.state)));
  };
  stream.addEventListener("initial", ({ detail }) => detail.recent.toReversed().forEach(apply), { signal });
  stream.addEventListener("event", ({ detail }) => apply(detail), { signal });
}
