// A server without the bot: its pages are there again as soon as the bot is.
const EVERY_MS = 3000;

export function mount(main, { signal }) {
  const timer = setInterval(async () => {
    const page = document.hidden ? null : await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
    if (page?.ok) location.reload();
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
