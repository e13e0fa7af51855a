// The platform's API for the dashboard's own pages: the session's cookie, and a token that other sites cannot know.
import { said } from "./said.js";
import { saySignedOut } from "./signed_out.js";
import { word } from "./words.js";

const token = () => document.querySelector('meta[name="csrf-token"]').content;

// What makes a repeated POST the same POST; randomUUID is missing where the page came over plain HTTP.
export const newKey = () => crypto.randomUUID?.() ?? String(Date.now()) + Math.random();

export class ApiProblem extends Error {
  constructor(problem, retryAfterSeconds) {
    super(said(problem.detail || problem.title) || word("no_answer"));
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export async function call(path, { method = "GET", body, idempotencyKey, ifMatch, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") headers["X-CSRF-Token"] = token();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (idempotencyKey) headers["Idempotency-Key"] = idempotencyKey;
  if (ifMatch !== undefined) headers["If-Match"] = `"${ifMatch}"`;
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiProblem({ code: "offline", detail: word("unreachable") });
  }
  const answer = response.status === 204 ? {} : await response.json().catch(() => null);
  if (response.status === 401) {
    saySignedOut();
    throw new ApiProblem({ code: "not_authenticated", detail: word("signed_out") });
  }
  // Cut off in the middle: what was said is not known.
  if (response.ok && answer === null) throw new ApiProblem({ code: "offline", detail: word("answer_lost") });
  if (!response.ok) throw new ApiProblem(answer ?? {}, Number(response.headers.get("Retry-After")) || undefined);
  return answer;
}
