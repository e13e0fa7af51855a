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
  // Back and forward: the same parts as with a link, and not the whole body.
  document.addEventListener("htmx:before:history:restore", (event) => {
    event.preventDefault();
    show(event.detail.path, {});
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.target?.id !== "main" && ctx.select !== "#main" && ctx.target !== document.body) return;
    document.getElementById("sidebar")?.hidePopover?.();
    document.getElementById("main").focus({ preventScroll: true });
    mounted();
  });
}

export function visit(path) {
  return document.querySelector(".shell") ? show(path, { push: "true" }) : location.assign(path);
}

function show(path, history) {
  return htmx.ajax("GET", path, { source: document.body, target: "#main", select: "#main", selectOOB: "#crumbs", swap: "outerHTML show:top", ...history });
}
