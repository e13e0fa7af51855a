// Times in the reader's zone; UTC on hover.
import { h } from "./dom.js";

// The reader's own choices (Account), else what the browser says.
const { zone: timeZone } = document.documentElement.dataset;
const language = document.documentElement.lang === navigator.language.slice(0, 2) ? undefined : document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(language, { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const withYear = new Intl.DateTimeFormat(language, { timeZone, dateStyle: "medium", timeStyle: "medium" });
const hour = new Intl.DateTimeFormat(language, { timeZone, hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat(language, { timeZone, day: "numeric", month: "short" });

export function localText(moment, now = new Date()) {
  if (moment.toDateString() === now.toDateString()) return clock.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? day : withYear).format(moment);
}

// The ticks of an axis of times, in seconds since 1970 and `step` seconds apart: hours, and the day where it begins.
export function ticksIn(seconds, step) {
  const moments = seconds.map((at) => new Date(at * 1000));
  if (step >= 86400) return moments.map((moment) => date.format(moment));
  return moments.map((moment, at) => {
    const begins = at === 0 || date.format(moments[at - 1]) !== date.format(moment);
    return begins ? `${hour.format(moment)}\n${date.format(moment)}` : hour.format(moment);
  });
}

export const utcText = (moment) => `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;

// From a text of ISO 8601, or milliseconds since 1970.
export function timeElement(given) {
  const moment = new Date(given);
  return h("time", { datetime: moment.toISOString(), title: utcText(moment) }, localText(moment));
}

export function localizeTimes(root = document) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    if (!Number.isNaN(moment.getTime())) element.textContent = localText(moment);
  }
}
