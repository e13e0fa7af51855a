// Try an operation: the form's fields become the request, as whoever is logged in or with the key of the page.
import { newKey } from "./api.js";

const STREAM_SECONDS = 10;
const token = () => document.querySelector('meta[name="csrf-token"]').content;

function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  let body;
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.value.trim();
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if (field.dataset.in === "body") body = value;
    else if (value && field.dataset.in === "query") query.set(field.name, value);
    else if (value) headers[field.name] = value;
  }
  const key = document.getElementById("api-key").value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  else if (form.dataset.method !== "GET") headers["X-CSRF-Token"] = token();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const address = path + (query.size ? `?${query}` : "");
  return [address, { method: form.dataset.method, headers, body, credentials: key ? "omit" : "same-origin" }];
}

const shown = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};

async function bodyOf(response, show) {
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return show(shown(await response.text()));
  let text = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) show((text += piece));
}

async function tryIt(form) {
  const output = form.querySelector(".api-answer");
  const [status, pre] = [output.querySelector(".api-status"), output.querySelector("pre")];
  const [address, request] = requestOf(form);
  output.hidden = false;
  status.textContent = `${request.method} ${address} …`;
  pre.textContent = "";
  const started = performance.now();
  try {
    const response = await fetch(address, { ...request, signal: AbortSignal.timeout(STREAM_SECONDS * 1000) });
    status.textContent = `${response.status} in ${Math.round(performance.now() - started)} ms · X-Request-Id ${response.headers.get("X-Request-Id")}`;
    await bodyOf(response, (text) => (pre.textContent = text));
  } catch (error) {
    pre.textContent += error.name === "TimeoutError" ? `\n… ended after ${STREAM_SECONDS} s` : String(error);
  }
  const key = form.querySelector('[name="Idempotency-Key"]');
  if (key) key.value = newKey();
}

export function mount(main) {
  for (const field of main.querySelectorAll('[name="Idempotency-Key"]')) field.value = newKey();
  main.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-try]");
    if (!form) return;
    event.preventDefault();
    tryIt(form);
  });
}
