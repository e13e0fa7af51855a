// Account: choices for this browser, sessions, API keys.
import { ApiProblem, call, newKey } from "./api.js";
import { keepChoice } from "./choices.js";
import { byId } from "./dom.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

export function mount(main) {
  for (const select of main.querySelectorAll("[data-choice]")) {
    select.addEventListener("change", () => {
      keepChoice(select.dataset.choice, select.value);
      location.reload();
    });
  }

  main.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-close]")) button.closest("dialog").close();
    else if (button.id === "new-key") byId("key-dialog").showModal();
    else if (button.id === "made-copy") navigator.clipboard?.writeText(byId("made-key").textContent);
    else if (button.matches("[data-end]")) await remove(button.closest("[data-session]"), (row) => `/sessions/${row.dataset.session}`);
    else if (button.matches("[data-revoke]") && (await confirmed("revoke-dialog"))) await remove(button.closest("[data-key]"), (row) => `/keys/${row.dataset.key}`);
    else if (button.id === "end-all" && (await confirmed("end-all-dialog"))) await endAll();
  });

  byId("made-dialog").addEventListener("close", () => {
    byId("made-key").textContent = "";
    location.reload();
  });

  byId("key-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = byId("key-problem");
    const scopes = [...main.querySelectorAll("[name=scope]:checked")].map((box) => box.value);
    try {
      const body = { name: byId("key-name").value.trim(), scopes, days: Number(byId("key-days").value) };
      const { key } = await call("/keys", { method: "POST", body, idempotencyKey: newKey() });
      byId("key-dialog").close();
      byId("made-key").textContent = key;
      byId("made-dialog").showModal();
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
}

function confirmed(id) {
  const dialog = byId(id);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function remove(row, path) {
  try {
    await call(path(row), { method: "DELETE" });
    row.remove();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    toast(word("did_not_work"), error.message, "bad");
  }
}

async function endAll() {
  try {
    await call("/sessions", { method: "DELETE" });
    location.assign("/");
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    toast(word("did_not_work"), error.message, "bad");
  }
}
