// Choosing a command from a list, with its form below: what pages have where a command is not the main thing.
import { CommandPanel, commandSpecs } from "./command_panel.js";
import { byId, h, words } from "./dom.js";

export class CommandForm {
  #specs = commandSpecs();
  #panel = h("div");

  constructor(guildId) {
    const root = byId("command-form");
    if (!this.#specs.length) return void root.replaceChildren(h("p", { class: "muted" }, "There is no command here that you may run."));
    const groups = [...new Set(this.#specs.map((spec) => spec.area))].map((area) =>
      h("optgroup", { label: words(area) }, ...this.#specs.filter((spec) => spec.area === area).map((spec) => h("option", { value: spec.type }, spec.type))));
    const select = h("select", { class: "input", id: "command-type" }, ...groups);
    const hint = h("p", { class: "hint" });
    root.replaceChildren(h("div", { class: "field" }, h("label", { for: "command-type" }, "Command"), select, hint), this.#panel);
    const show = () => {
      const spec = this.#specs.find((one) => one.type === select.value);
      hint.textContent = spec.description;
      new CommandPanel(this.#panel, guildId, spec, { head: false });
    };
    select.addEventListener("change", show);
    show();
  }
}
