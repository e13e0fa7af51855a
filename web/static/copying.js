// Buttons that copy an address of this dashboard.
import { toast } from "./toasts.js";
import { word } from "./words.js";

export function mountCopying(root, signal) {
  root.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const address = new URL(button.dataset.copy, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      toast(word("copied"), address, "good").fade();
    } catch {
      // Without https the browser gives no access to the clipboard.
      toast(word("copy_this"), address);
    }
  }, { signal });
}
