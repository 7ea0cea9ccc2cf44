// What an agent does on a card: note and result (saved as one types), choosing, entering and adding a customer.

import { getJson, postJson } from "./http.js";
import { toast } from "./toast.js";
import { on } from "./stream.js";
import { word } from "./words.js";

const SAVE_AFTER = 700; // ms of quiet
const FIND_AFTER = 120;
const timers = new WeakMap();
let showPop = () => {};

/** Listen on the stack; `apply` shows the pop that an action answers with. */
export function startWork(stack, apply) {
  showPop = apply;
  stack.addEventListener("input", typed);
  stack.addEventListener("change", changed);
  stack.addEventListener("submit", submitted);
  stack.addEventListener("click", clicked);
  stack.addEventListener("toggle", opened, true);
  stack.addEventListener("focusout", ({ target }) => target.matches("textarea[name=text]") && save(target.form));
  on("link", ({ up }) => up && stack.querySelectorAll("form.card-work").forEach((form) => hasUnsaved(form) && save(form)));
  addEventListener("pagehide", () => stack.querySelectorAll("form.card-work").forEach(saveAtOnce));
}

const idOf = (element) => element.closest(".pop").dataset.pop;
const address = (element, action) => `/api/pops/${encodeURIComponent(idOf(element))}/${action}`;
const draftKey = (id) => `draft:${id}`;

// ---------------------------------------------------------------- the note: nothing typed is lost

export function hasUnsaved(form) {
  const field = form.querySelector("textarea[name=text]");
  return Boolean(field) && field.value !== field.dataset.saved;
}

/** Put back what was typed before the page was left, if the server does not have it. */
export function restoreDraft(card) {
  const field = card.querySelector("textarea[name=text]");
  const draft = localStorage.getItem(draftKey(card.dataset.pop));
  if (!field || draft === null || draft === field.value) return;
  field.value = draft;
  card.classList.add("has-draft");
  save(field.form);
}

function typed({ target }) {
  if (target.matches("textarea[name=text]")) {
    localStorage.setItem(draftKey(idOf(target)), target.value);
    target.closest(".pop").classList.add("has-draft");
    later(target.form, () => save(target.form), SAVE_AFTER);
  } else if (target.dataset.candidates) {
    later(target.form, () => find(target), FIND_AFTER);
  }
}

function changed({ target }) {
  if (target.name === "result") save(target.form);
}

async function save(form) {
  if (!form?.isConnected || form.dataset.act !== "note") return;
  const field = form.elements.text;
  const sent = field.value;
  const result = form.elements.result?.value;
  if (sent === field.dataset.saved && (result ?? "") === (form.dataset.result ?? "")) return;
  clearTimeout(timers.get(form));
  say(form, word("saving"));
  try {
    await postJson(address(form, "note"), { text: sent, ...(result && { result }) });
    saved(form, sent, result);
  } catch (error) {
    say(form, error.status ? error.message : word("unsaved"));
    if (!error.status) later(form, () => save(form), 3000);
  }
}

function saved(form, text, result) {
  const field = form.elements.text;
  field.dataset.saved = text;
  if (result) form.dataset.result = result;
  say(form, word("saved"));
  if (field.value !== text) return;
  localStorage.removeItem(draftKey(idOf(form)));
  form.closest(".pop").classList.remove("has-draft");
}

/** The page goes away: one last try that outlives it. */
function saveAtOnce(form) {
  if (!hasUnsaved(form)) return;
  const body = JSON.stringify({ text: form.elements.text.value });
  fetch(address(form, "note"), { method: "POST", keepalive: true, headers: { "Content-Type": "application/json" }, body }).catch(() => {});
}

function say(form, text) {
  form.querySelector(".card-saved").textContent = text;
}

function later(form, act, wait) {
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(act, wait));
}

// ---------------------------------------------------------------- who it is

function clicked(event) {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  const { act, customer } = button.dataset;
  if (act === "choose") perform(button, "choose", { customer_id: customer });
  else if (act === "add") perform(button, "number", { customer_id: customer });
  else if (act === "dismiss") dismiss(button);
}

function submitted(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.act === "customer") perform(form, "customer", Object.fromEntries(new FormData(form)));
  else if (form.dataset.act === "find") form.querySelector("[data-act=add]")?.focus();
  else if (form.dataset.act === "note") save(form);
}

async function perform(element, action, data) {
  const part = element.closest("[data-part]");
  part.inert = true;
  try {
    const { pop } = await postJson(address(element, action), data);
    part.remove(); // what was typed there is saved now
    showPop(pop);
  } catch (error) {
    part.inert = false;
    toast(error.message, { bad: true });
    if (error.field) part.querySelector(`[name="${error.field}"]`)?.focus();
  }
}

async function dismiss(button) {
  const card = button.closest(".pop");
  const form = card.querySelector("form.card-work");
  if (form && hasUnsaved(form)) await save(form);
  if (form && hasUnsaved(form)) return;
  try {
    await postJson(address(button, "dismiss"));
    card.remove();
  } catch (error) {
    toast(error.message, { bad: true });
  }
}

function opened({ target }) {
  if (!target.matches?.("details[data-form]") || !target.open) return;
  for (const other of target.parentElement.querySelectorAll("details[open]")) other.open = other === target;
  target.querySelector("input")?.focus();
}

async function find(input) {
  const list = input.form.querySelector("[data-found]");
  const text = input.value.trim();
  if (!text) return list.replaceChildren();
  try {
    const { rows } = await getJson(`${address(input, "candidates")}?${new URLSearchParams({ q: text })}`);
    if (input.value.trim() === text) list.replaceChildren(...(rows.length ? rows.map(candidate) : [nothing()]));
  } catch (error) {
    if (error.status) toast(error.message, { bad: true });
  }
  return undefined;
}

function candidate({ id, name, company, number }) {
  const row = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "card-choice" });
  Object.assign(button.dataset, { act: "add", customer: id });
  button.append(text("strong", name || company, "cut"), text("span", name ? company : "", "muted cut grow"), text("span", number, "muted nums ltr"));
  row.append(button);
  return row;
}

function text(tag, content, className) {
  return Object.assign(document.createElement(tag), { textContent: content, className, dir: "auto" });
}

const nothing = () => text("li", word("nothing"), "muted");
