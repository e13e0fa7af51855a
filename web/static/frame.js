// What every page has: local times, the theme's switch, coloured swatches.
import { nameMentions } from "./mentions.js";
import { localizeTimes } from "./times.js";

localizeTimes();
const guild = document.querySelector("[data-guild]")?.dataset.guild;
if (guild) nameMentions(document.getElementById("main"), guild);

document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // It holds for this page only.
  }
});
