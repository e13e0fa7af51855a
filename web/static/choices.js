// What a reader chose for this browser. The server reads the same cookies (web/preferences.py).
const YEAR_SECONDS = 365 * 86400;

export function keepChoice(name, value) {
  const age = value ? YEAR_SECONDS : 0;
  document.cookie = `${name}=${value}; path=/; max-age=${age}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
