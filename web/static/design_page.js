// The components of /design that open something.
import { toast } from "./toasts.js";

export function mount(main) {
  main.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-shows]");
    if (opener) document.getElementById(opener.dataset.shows).showModal();
    if (event.target.closest("[data-toast]")) toast("moderation.ban is done", "@Hugo Penn is banned.", "good").fade();
  });
}
