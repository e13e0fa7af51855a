// The overview keeps up: what is wrong, the last hour minute by minute, who is here, the latest commands.
import { byId, h } from "./dom.js";
import { freshener } from "./part.js";
import { personPicture } from "./pictures.js";

const MINUTES = 60;
// What may change what the bot is able to do, as the ledger of the server has it a moment later.
const CHANGES_RIGHTS = /^(role|guild|member)\.(create|update|delete|unavailable|available)$/;
const SETTLED_MS = 1000;
const TROUBLES_EVERY_MS = 20_000;

export function mount(main, { guildId, stream, signal }) {
  const minutes = byId("hour").dataset.minutes.split(",").map(Number);
  const freshenLatest = freshener(["latest", "waiting-for-you"], guildId);
  const freshenTroubles = freshener(["troubles"], guildId);
  let frame = 0;
  stream.addEventListener("event", ({ detail }) => {
    minutes[MINUTES - 1] += 1;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paintHour(minutes);
    });
    if (detail.type.startsWith("command.")) freshenLatest();
    if (CHANGES_RIGHTS.test(detail.type)) setTimeout(freshenTroubles, SETTLED_MS);
  }, { signal });
  // With the platform, with this server (the bot was thrown out), and when it is back.
  for (const name of ["trouble", "refused"]) stream.addEventListener(name, freshenTroubles, { signal });
  stream.addEventListener("connected", () => byId("troubles").childElementCount && freshenTroubles(), { signal });
  const look = setInterval(freshenTroubles, TROUBLES_EVERY_MS);
  const turn = setInterval(() => {
    minutes.push(0);
    minutes.shift();
    paintHour(minutes);
  }, 60_000);
  signal.addEventListener("abort", () => [turn, look].forEach(clearInterval));

  const paintPeople = ({ people }) => byId("here").replaceChildren(...people.map((one) => h("li", {}, personPicture(one), h("span", {}, one.name))));
  stream.addEventListener("presence", ({ detail }) => paintPeople(detail), { signal });
  if (stream.presence) paintPeople(stream.presence);
}

function paintHour(minutes) {
  const most = Math.max(1, ...minutes);
  const points = minutes.map((count, at) => `${((at * 100) / (MINUTES - 1)).toFixed(2)} ${(38 - (36 * count) / most).toFixed(2)}`).join(" L");
  const [under, line] = byId("hour").querySelectorAll("path");
  under.setAttribute("d", `M0 40 L${points} L100 40 Z`);
  line.setAttribute("d", `M${points}`);
  byId("hour-total").textContent = minutes.reduce((sum, count) => sum + count, 0);
}
