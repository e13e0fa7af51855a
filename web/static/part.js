// Parts of a page that keep up: the server renders the page once more, and its parts take the old ones' places.
import { byId } from "./dom.js";
import { nameMentions } from "./mentions.js";
import { localizeTimes } from "./times.js";

const AT_MOST_EVERY_MS = 400;

// Returns what to call when something new belongs on the list. Older pages stand still: nothing new belongs on them.
export function freshener(ids, guildId) {
  let timer = 0;
  if (new URLSearchParams(location.search).has("cursor")) return () => {};
  return () => {
    timer ||= setTimeout(async () => {
      timer = 0;
      const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      // Also a page that says that something is missing: it has the part that says so, and none of the others.
      if (!page || page.redirected) return;
      const parsed = new DOMParser().parseFromString(await page.text(), "text/html");
      for (const id of ids) {
        const fresh = parsed.getElementById(id);
        if (fresh && byId(id)) put(byId(id), fresh, guildId);
      }
    }, AT_MOST_EVERY_MS);
  };
}

function put(old, fresh, guildId) {
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(document.adoptNode(fresh));
  localizeTimes(fresh);
  nameMentions(fresh, guildId);
  if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
}
