// Lists that filter as one types, and forms that are sent without leaving the page. See ../README.md.

import { getHtml, Refused } from "./http.js";
import { toast } from "./toast.js";
import { word } from "./words.js";

const WAIT = 120; // ms of quiet before a filter is sent
const pending = new WeakMap();

export function start() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.live !== undefined) schedule(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.live !== undefined) take(event, () => filter(form));
    else if (form.dataset.send !== undefined) take(event, () => send(form, event.submitter));
  });
  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied) copy(copied.dataset.copy);
  });
}

function take(event, act) {
  event.preventDefault();
  act();
}

function schedule(form) {
  clearTimeout(pending.get(form)?.timer);
  pending.set(form, { ...pending.get(form), timer: setTimeout(() => filter(form), WAIT) });
}

async function filter(form) {
  pending.get(form)?.abort?.abort();
  const abort = new AbortController();
  pending.set(form, { abort });
  const url = new URL(form.action || location.href);
  url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  const target = document.getElementById(form.dataset.live);
  target.setAttribute("aria-busy", "true");
  try {
    replace(form.dataset.live, await getHtml(url, { signal: abort.signal }));
    history.replaceState(null, "", url);
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message, { bad: true });
  } finally {
    target.removeAttribute("aria-busy");
  }
}

/** Put the element of this id from `page` in the place of ours. */
export function replace(id, page) {
  const [ours, theirs] = [document.getElementById(id), page.getElementById(id)];
  if (theirs) ours.replaceWith(document.adoptNode(theirs));
  else ours.replaceChildren(...page.body.childNodes);
}

async function send(form, submitter) {
  if (submitter) submitter.disabled = true;
  form.querySelector(".form-error")?.remove();
  try {
    await sent(form, submitter);
  } catch (error) {
    showError(form, error);
  } finally {
    if (submitter) submitter.disabled = false;
  }
}

async function sent(form, submitter) {
  const body = new FormData(form, submitter);
  const files = form.enctype === "multipart/form-data";
  const answer = await fetch(form.action, { method: "POST", body: files ? body : new URLSearchParams(body) }).catch(() => {
    throw new Refused("", 0);
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok) throw new Refused(page.querySelector("[role=alert], h1")?.textContent.trim() ?? "", answer.status, page.querySelector("[data-field]")?.dataset.field);
  if (form.dataset.send) replace(form.dataset.send, page);
  else location.assign(answer.url);
  form.closest("dialog")?.close();
}

function showError(form, error) {
  const box = Object.assign(document.createElement("p"), { className: "form-error form-wide", textContent: error.message || word("failed") });
  box.setAttribute("role", "alert");
  form.prepend(box);
  const field = error.field && form.elements[error.field];
  if (field) {
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(word("copied"));
  } catch {
    toast("", { bad: true });
  }
}
