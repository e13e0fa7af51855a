// One line of the audit log.
import { mountCopying } from "./copying.js";

export function mount(main, { signal }) {
  mountCopying(main, signal);
}
