// A list that keeps up: the server renders the page once more, and its part takes the old one's place.
import { byId } from "./dom.js";
import { nameMentions } from "./mentions.js";
import { localizeTimes } from "./times.js";

const AT_MOST_EVERY_MS = 400;

// Returns what to call when something new belongs on the list. Older pages stand still: nothing new belongs on them.
export function freshener(id, guildId) {
  let timer = 0;
  if (new URLSearchParams(location.search).has("cursor")) return () => {};
  return () => {
    timer ||= setTimeout(async () => {
      timer = 0;
      const page = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
      if (!page?.ok || page.redirected) return;
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById(id);
      if (fresh && byId(id)) put(byId(id), fresh, guildId);
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
