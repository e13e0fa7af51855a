// Replay and discard, in the list and on the page of one.
import { ApiProblem, call, newKey } from "./api.js";
import { isFinal } from "./describe.js";
import { freshener } from "./part.js";
import { followCommand, toast } from "./toasts.js";

export function mount(main, { guildId, stream, signal }) {
  const freshen = document.getElementById("letter-list") ? freshener("letter-list", guildId) : () => {};
  stream.addEventListener("event", ({ detail }) => {
    if (detail.type.startsWith("command.") && isFinal(detail.data.state) && detail.data.state !== "succeeded") freshen();
  }, { signal });

  main.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const letter = button.closest("[data-letter]");
    button.disabled = true;
    try {
      const answer = await call(`/dead-letters/${letter.dataset.letter}/${button.dataset.do}`, { method: "POST", idempotencyKey: newKey() });
      if (button.dataset.do === "replay") followCommand(guildId, answer.id, "The replay");
      else toast("Discarded", "It stays on record under Discarded.", "good").fade();
      if (letter.matches("tr")) letter.remove();
      else letter.querySelectorAll("[data-do]").forEach((other) => other.remove());
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      toast("That did not work", error.message, "bad");
      button.disabled = false;
    }
  });
}
