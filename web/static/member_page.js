// One person: what can be done, and a record that keeps up.
import { actButtons } from "./acting.js";
import { commandSpecs } from "./command_panel.js";
import { isFinal } from "./describe.js";
import { freshener } from "./part.js";
import { paintSwatches } from "./picker.js";

export function mount(main, { guildId, stream, signal }) {
  paintSwatches(main.querySelectorAll("[data-colour]"));
  const { member: id, name } = main.querySelector("[data-member]").dataset;
  main.querySelector("[data-acts]").replaceChildren(...actButtons(commandSpecs(), guildId, () => [{ id, name }], { stream }));
  const freshen = freshener(["member-record"], guildId);
  stream.addEventListener("event", ({ detail }) => {
    if (detail.type.startsWith("command.") && isFinal(detail.data.state)) freshen();
  }, { signal });
}
