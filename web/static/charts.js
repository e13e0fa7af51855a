// Charts of the tables beside them: what is drawn is what the table says. uPlot draws on a canvas; the table is for
// everybody who cannot see that, and for whoever wants the numbers.
import uPlot from "./vendor/uplot/uPlot.esm.js";
import { ticksIn } from "./times.js";
import { word } from "./words.js";

const HEIGHT = 190;
// What is counted, and milliseconds, are whole.
const STEPS = [...Array(10).keys()].flatMap((power) => [1, 2, 5].map((step) => step * 10 ** power));
const written = uPlot.fmtDate("{YYYY}-{MM}-{DD} {HH}:{mm}");
const number = new Intl.NumberFormat(document.documentElement.lang);
const numbers = (_, splits) => splits.map((split) => number.format(split));
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function resolved(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found || colour(name);
}

function addStyles() {
  if (document.getElementById("uplot-styles")) return;
  const link = document.createElement("link");
  Object.assign(link, { id: "uplot-styles", rel: "stylesheet", href: new URL("vendor/uplot/uPlot.min.css", import.meta.url).href });
  document.head.append(link);
}

export function drawCharts(root, signal) {
  addStyles();
  const drawn = [];
  const draw = () => {
    for (const one of drawn.splice(0)) one.destroy();
    for (const box of root.querySelectorAll("[data-chart]")) drawn.push(chart(box));
  };
  draw();
  const resize = new ResizeObserver(() => drawn.forEach((one) => one.setSize({ width: one.root.parentElement.clientWidth, height: HEIGHT })));
  for (const box of root.querySelectorAll("[data-chart]")) resize.observe(box);
  // Canvas knows no CSS variables: another theme is another drawing.
  const theme = new MutationObserver(draw);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw, { signal });
  signal.addEventListener("abort", () => {
    resize.disconnect();
    theme.disconnect();
    for (const one of drawn) one.destroy();
  });
}

function chart(box) {
  const table = document.getElementById(box.dataset.table);
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const rows = [...table.tBodies[0].rows];
  const times = rows.map((row) => Date.parse(row.querySelector("time").dateTime) / 1000);
  const columns = heads.map((_, at) => rows.map((row) => { const text = row.cells[at + 1].textContent.trim(); return text === "" ? null : Number(text); }));
  const bars = box.dataset.chart === "bars";
  const line = resolved("line");
  // Half a bucket on both sides: the first and the last stand whole, however few there are.
  const half = times.length > 1 ? (times[1] - times[0]) / 2 : 1800;
  const shownAt = (_, value) => (value === null ? "" : number.format(value));
  const axis = { stroke: resolved("text-3"), grid: { stroke: line, width: 1 }, ticks: { show: false }, font: `12px ${colour("font")}` };
  const zone = document.documentElement.dataset.zone || undefined;
  const tzDate = (seconds) => (zone ? uPlot.tzDate(new Date(seconds * 1000), zone) : new Date(seconds * 1000));
  const options = {
    width: box.clientWidth || 400, height: HEIGHT, padding: [8, null, null, null], cursor: { y: false, points: { size: 7 } }, legend: { live: true },
    tzDate,
    scales: { x: { range: (_, low, high) => [low - half, high + half] }, y: { range: (_, low, high) => [0, Math.max(high, 1) * 1.08] } },
    axes: [{ ...axis, space: 70, values: (_, splits, __, ___, step) => ticksIn(splits, step) }, { ...axis, size: 52, incrs: STEPS, values: numbers }],
    series: [{ label: word("chart_at"), value: (_, at) => (at === null ? "" : written(tzDate(at))) }, ...heads.map((head, at) => {
      const stroke = resolved(head.dataset.colour);
      return {
        label: head.textContent, value: shownAt, stroke, width: bars ? 0 : 1.8, spanGaps: false, // A value without neighbours is no line: it shows as a point.
        points: { show: !bars && columns[at].includes(null), size: 7, fill: stroke },
        ...(bars ? { fill: stroke, paths: uPlot.paths.bars({ size: [0.72, 44], radius: 0.12 }) } : {}),
      };
    })],
  };
  // Bars lie over each other: the largest is drawn first.
  if (bars) {
    options.series = [options.series[0], ...options.series.slice(1).reverse()];
    columns.reverse();
  }
  box.replaceChildren();
  return new uPlot(options, [times, ...columns], box);
}
