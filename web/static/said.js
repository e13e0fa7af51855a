// What the platform itself says, in the reader's language: it is on record in English and translated as it is shown,
// by the same table and the same rules as on the server (web/said.py).
import { words } from "./dom.js";

const GAP = /\{(\w+)\}/;
const { lang } = document.documentElement;
let table = { sentences: {}, names: {} };
let shapes = [];

// The shell waits for it before a page's module runs. English is what the platform says by itself, and what is shown
// where the table does not arrive. Not awaited here: a module that waits would let htmx run before our listeners.
export const ready = lang === "en" ? Promise.resolve() : load();

async function load() {
  const answer = await fetch(new URL(`said/${lang}.json`, import.meta.url)).catch(() => null);
  if (answer?.ok) table = await answer.json().catch(() => table);
  shapes = Object.entries(table.sentences)
    .filter(([english]) => GAP.test(english))
    .map(([english, other]) => ({ pieces: english.split(GAP), other }))
    // The closest first: what begins with words of its own, then what has the most of them.
    .sort((one, another) => (one.pieces[0] === "") - (another.pieces[0] === "") || literals(another.pieces) - literals(one.pieces));
}

const literals = (pieces) => pieces.reduce((sum, piece, at) => sum + (at % 2 ? 0 : piece.length), 0);

export const named = (name) => table.names[words(name)] ?? words(name);

export function said(text) {
  if (!text || Object.hasOwn(table.sentences, text)) return table.sentences[text] ?? text;
  for (const { pieces, other } of shapes) {
    const values = gaps(text, pieces);
    if (values) return other.replace(/\{(\w+)\}/g, (_, name) => fill(name, values[name]));
  }
  return text;
}

function fill(name, value) {
  if (name.startsWith("said")) return said(value);
  return name.startsWith("names") ? value.split(", ").map(named).join(", ") : value;
}

// What stands in the gaps of [words, gap, words, …, words], each as short as can be and none empty.
function gaps(text, pieces) {
  const last = pieces.at(-1);
  if (!text.startsWith(pieces[0]) || !text.endsWith(last)) return null;
  const end = text.length - last.length;
  const values = {};
  let at = pieces[0].length;
  for (let piece = 1; piece < pieces.length - 2; piece += 2) {
    const found = text.indexOf(pieces[piece + 1], at + 1);
    if (found < 0 || found + pieces[piece + 1].length > end) return null;
    values[pieces[piece]] = text.slice(at, found);
    at = found + pieces[piece + 1].length;
  }
  values[pieces.at(-2)] = text.slice(at, end);
  return at < end ? values : null;
}
