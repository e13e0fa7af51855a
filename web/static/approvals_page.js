// What waits for a second person: the list changes while one looks, whoever decides.
import { mountDecisions } from "./approvals.js";
import { freshener } from "./part.js";

export function mount(main, { guildId, stream, signal }) {
  const freshen = freshener(["approval-list"], guildId);
  const apply = ({ type, data }) => {
    const row = type.startsWith("command.") && main.querySelector(`[data-waiting="${CSS.escape(data.command_id)}"]`);
    if (type === "command.awaiting_approval" || row) freshen();
  };
  stream.addEventListener("initial", freshen, { signal });
  stream.addEventListener("event", ({ detail }) => apply(detail), { signal });
  mountDecisions(main, guildId, signal);
}
