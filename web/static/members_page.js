// Members: chosen on the list, acted upon together.
import { actButtons } from "./acting.js";
import { commandSpecs } from "./command_panel.js";
import { byId } from "./dom.js";
import { paintSwatches } from "./picker.js";

export function mount(main, { guildId, stream, signal }) {
  paintSwatches(main.querySelectorAll("[data-colour]"));
  const bar = byId("acting");
  const boxes = [...main.querySelectorAll("[data-choose]")];
  const all = byId("choose-all");
  const chosen = () => boxes.filter((box) => box.checked).map((box) => {
    const { member: id, name } = box.closest("tr").dataset;
    return { id, name };
  });
  bar.querySelector("[data-acts]").replaceChildren(...actButtons(commandSpecs(), guildId, chosen, stream));
  const paint = () => {
    const count = chosen().length;
    bar.hidden = count === 0;
    bar.querySelector("[data-count]").textContent = `${count} chosen`;
    if (!all) return;
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  main.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    paint();
  }, { signal });
  bar.querySelector("[data-choose-none]").addEventListener("click", () => {
    for (const box of boxes) box.checked = false;
    paint();
  }, { signal });
  paint();
}
