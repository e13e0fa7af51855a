// What stays while pages come and go: navigation, the one live stream, toasts, menus, the palette.
//
// A page names its module in <main data-module="…">. The module exports `mount(main, context)`; what it listens to ends
// with `context.signal`, which is aborted when the reader leaves the page.
import { followLinks } from "./navigation.js";
import { LiveStream, showState } from "./live.js";
import { nameMentions } from "./mentions.js";
import { openPalette } from "./palette.js";
import { showPresence } from "./presence.js";
import { followShortcuts } from "./shortcuts.js";
import { openMenus } from "./menus.js";
import { ready } from "./said.js";
import { watchConnection } from "./connection.js";
import { keepEarlyClicks } from "./early_clicks.js";
import { mountPickers } from "./picker.js";
import { localizeTimes } from "./times.js";
import { followThemeChoice } from "./theme.js";
import { followStream } from "./toasts.js";

const guildId = document.querySelector(".shell[data-guild]")?.dataset.guild ?? "";
const stream = guildId ? new LiveStream(guildId) : null;
let leaving = new AbortController();

async function mountPage() {
  leaving.abort();
  leaving = new AbortController();
  const main = document.getElementById("main");
  const { signal } = leaving;
  const makeEarlyClicks = keepEarlyClicks(main, signal);
  localizeTimes(main);
  if (guildId) {
    nameMentions(main, guildId);
    mountPickers(main, guildId);
  }
  for (const link of document.querySelectorAll("nav [data-section]")) {
    if (link.dataset.section === main.dataset.section) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (main.dataset.module) {
    const page = await import(`./${main.dataset.module}.js`);
    if (signal.aborted) return;
    page.mount(main, { guildId, stream, signal });
  }
  // Everything on the page answers from here on.
  main.dataset.mounted = "";
  makeEarlyClicks();
}

followThemeChoice();
openMenus(guildId);
openPalette(guildId);
followShortcuts();
watchConnection();
followLinks(mountPage);
await ready;
if (stream) {
  stream.addEventListener("state", ({ detail }) => showState(document.getElementById("live-state"), detail));
  showPresence(stream);
  followStream(stream, guildId);
  stream.start();
}
await mountPage();
performance.mark("interactive");
