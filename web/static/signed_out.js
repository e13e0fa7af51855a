// The session has ended: from another browser, or by itself. The page stays as it is, so that nothing that was typed is
// lost unseen; it says so, and leads to the login and back here.
import { h, icon } from "./dom.js";
import { word } from "./words.js";

export function saySignedOut() {
  if (document.getElementById("signed-out")) return;
  const login = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  const dialog = h("dialog", { id: "signed-out", "aria-labelledby": "signed-out-title" },
    h("div", { class: "card-body" },
      h("h2", { id: "signed-out-title" }, word("signed_out")),
      h("p", { class: "muted" }, word("signed_out_text")),
      h("div", { class: "actions" }, h("a", { class: "button primary", href: login, autofocus: true, "data-hx-boost": "false" }, icon("user"), word("log_in_again")))));
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}
