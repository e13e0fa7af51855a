// The control API, as the page uses it. Every failure is an Error with the server's own words.

export async function call(method, path, body) {
  const response = await fetch(`/sandbox/api${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Error("The sandbox cannot be reached. Is it still running?");
  });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.message || `The sandbox answered ${response.status}.`);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);

export function avatar(userId) {
  return `/sandbox/cdn/avatars/${userId}/x.svg`;
}

// element("p", { class: "x" }, "text", otherElement): text is never read as HTML.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
