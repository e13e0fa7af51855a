// htmx fetches the next page and puts its <main> in place of this one's; everything around it stays.
// A module of ours imports it, so that our listeners are there before it looks at the page.
import htmx from "./vendor/htmx/htmx.esm.min.js";

const SHELL = document.querySelector('meta[name="shell"]').content;

export function followLinks(mounted) {
  // Of forms only filters navigate: what changes something is a module's affair, or loads a page of its own.
  document.addEventListener("htmx:before:init", (event) => {
    if (event.target.matches('form:not([method="get" i])')) event.preventDefault();
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "main" || ctx.response.headers.get("X-Shell") === SHELL) return;
    // Another server, another person, a newer version, the login: the frame has to change as well.
    event.preventDefault();
    location.assign(ctx.response.raw.redirected ? ctx.response.raw.url : ctx.request.action);
  });
  document.addEventListener("htmx:error", (event) => {
    const { ctx } = event.detail;
    if (ctx?.target?.id === "main") location.assign(ctx.request.action);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const stays = !link || link.target || event.ctrlKey || event.metaKey || link.getAttribute("href").startsWith("#");
    if (stays || mayLeave()) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  followHistory();
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "main" && ctx.select !== "#main" && ctx.target !== document.body) return;
    document.getElementById("sidebar")?.hidePopover?.();
    document.getElementById("main").focus({ preventScroll: true });
    mounted();
  });
}

// Back and forward: the same parts as with a link, and not the whole body. Each entry of the browser's history keeps its
// place, so that a Back which the page refuses can be undone: the browser has gone there by then.
function followHistory() {
  let place = history.state?.place ?? 0;
  const note = () => history.replaceState({ htmx: true, place }, "");
  note();
  document.addEventListener("htmx:after:history:replace", note);
  document.addEventListener("htmx:after:history:push", () => {
    place += 1;
    note();
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    event.preventDefault();
    const to = history.state?.place ?? 0;
    if (to === place) return;
    if (!mayLeave()) return void history.go(place - to);
    place = to;
    show(event.detail.path, {});
  });
}

// A page that has something to lose listens to `page:leave`, and prevents it where the reader would rather stay.
const mayLeave = () => document.dispatchEvent(new Event("page:leave", { cancelable: true }));

export function visit(path) {
  if (!mayLeave()) return;
  return document.querySelector(".shell") ? show(path, { push: "true" }) : location.assign(path);
}

function show(path, history) {
  return htmx.ajax("GET", path, { source: document.body, target: "#main", select: "#main", selectOOB: "#crumbs", swap: "outerHTML show:top", ...history });
}
