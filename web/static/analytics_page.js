// Analytics: the tables of the page as charts.
import { drawCharts } from "./charts.js";

export function mount(main, { signal }) {
  drawCharts(main, signal);
}
