// Choosing a command from a list, with its form below: what pages have where a command is not the main thing.
import { CommandPanel, commandSpecs } from "./command_panel.js";
import { byId, h } from "./dom.js";
import { named, said } from "./said.js";
import { word } from "./words.js";

export class CommandForm {
  #specs = commandSpecs();
  #panel = h("div");

  constructor(guildId) {
    const root = byId("command-form");
    if (!this.#specs.length) return void root.replaceChildren(h("p", { class: "muted" }, word("no_command_for_you")));
    const groups = [...new Set(this.#specs.map((spec) => spec.area))].map((area) =>
      h("optgroup", { label: named(area) }, ...this.#specs.filter((spec) => spec.area === area).map((spec) => h("option", { value: spec.type }, spec.type))));
    const select = h("select", { class: "input", id: "command-type" }, ...groups);
    const hint = h("p", { class: "hint" });
    root.replaceChildren(h("div", { class: "field" }, h("label", { for: "command-type" }, word("command")), select, hint), this.#panel);
    const show = () => {
      const spec = this.#specs.find((one) => one.type === select.value);
      hint.textContent = said(spec.description);
      new CommandPanel(this.#panel, guildId, spec, { head: false });
    };
    select.addEventListener("change", show);
    show();
  }
}
