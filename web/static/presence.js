// Who else is here now: their faces in the bar.
import { h } from "./dom.js";
import { personPicture } from "./pictures.js";

const SHOWN = 5;

export function showPresence(stream) {
  const list = document.getElementById("presence");
  stream.addEventListener("presence", ({ detail: { people, total } }) => {
    const rows = people.slice(0, SHOWN).map((one) => h("li", { title: one.name }, personPicture(one), h("span", { class: "visually-hidden" }, one.name)));
    const more = total - rows.length;
    list.replaceChildren(...rows, ...(more > 0 ? [h("li", { class: "more" }, `+${more}`)] : []));
    list.hidden = rows.length === 0;
  });
}
