// Dialogs: asking before something that cannot be taken back, and a side sheet that shows another page's part.
import { h } from "./dom.js";
import { nameMentions } from "./mentions.js";
import { localizeTimes } from "./times.js";
import { word as say } from "./words.js";

// Resolves to whether the reader agreed. With `word` they have to type it; `body` is nodes between question and answer.
export function ask({ title, body = [], yes, danger = false, word = "" }) {
  const typed = word ? h("input", { class: "input", id: "ask-word", autocomplete: "off", autocapitalize: "none", spellcheck: "false", autofocus: true }) : null;
  const agree = h("button", { class: `button ${danger ? "danger" : "primary"}`, value: "yes", disabled: Boolean(word) }, yes);
  const dialog = h("dialog", { "aria-labelledby": "ask-title" },
    h("form", { method: "dialog" },
      h("div", { class: "card-body" },
        h("h2", { id: "ask-title" }, title),
        ...body,
        word ? h("div", { class: "field" }, h("label", { for: "ask-word" }, `${say("type_this")} `, h("code", {}, word)), typed) : null,
        h("div", { class: "actions" }, h("button", { class: "button", value: "no", type: "submit", formnovalidate: true, autofocus: !word }, say("cancel")), agree))));
  typed?.addEventListener("input", () => { agree.disabled = typed.value.trim().toLowerCase() !== word.toLowerCase(); });
  // The first button of a form answers Enter: in the field it must not be Cancel.
  typed?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!agree.disabled) agree.click();
  });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "yes");
  }, { once: true }));
}

// Fills a sheet of ui.html with the part of another page that `selector` names, and opens it.
export async function openSheet(sheet, href, selector, guildId) {
  const body = sheet.querySelector(".sheet-body");
  body.replaceChildren(h("span", { class: "skeleton" }), h("span", { class: "skeleton medium" }), h("span", { class: "skeleton short" }));
  sheet.showModal();
  const page = await fetch(href, { headers: { Accept: "text/html" } }).catch(() => null);
  const part = page?.ok && !page.redirected ? new DOMParser().parseFromString(await page.text(), "text/html").querySelector(selector) : null;
  if (!part) return void location.assign(href);
  body.replaceChildren(document.adoptNode(part));
  sheet.querySelector("h2").textContent = part.dataset.title || sheet.querySelector("h2").textContent;
  localizeTimes(body);
  nameMentions(body, guildId);
}
