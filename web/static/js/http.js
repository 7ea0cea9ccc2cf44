// Requests to our own server: JSON in, JSON out, errors with the text that is meant for the reader.

export class Refused extends Error {
  /** status 0: the server could not be reached. field: the form field that is wrong, or "". */
  constructor(message, status, field = "") {
    super(message);
    this.status = status;
    this.field = field;
  }
}

export const getJson = (url) => request(url, { headers: { Accept: "application/json" } }).then(json);

export const postJson = (url, data = {}, init = {}) =>
  request(url, {
    ...init,
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(data),
  }).then(json);

/** The answer as a document, or Refused. */
export async function getHtml(url, init = {}) {
  const answer = await request(url, init);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

export async function request(url, init = {}) {
  let answer;
  try {
    answer = await fetch(url, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("", 0);
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

async function json(answer) {
  return answer.status === 204 ? {} : answer.json();
}

async function refusal(answer) {
  const kind = answer.headers.get("Content-Type") ?? "";
  if (kind.includes("json")) {
    const { error = {} } = await answer.json();
    return new Refused(error.message ?? "", answer.status, error.field ?? "");
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return new Refused(page.querySelector("[role=alert], h1")?.textContent.trim() ?? "", answer.status);
}
