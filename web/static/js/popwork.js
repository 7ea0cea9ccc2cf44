// What an agent does on a card: note and result (saved as one types), choosing, entering and adding a customer,
// calling back, putting it away.

import * as entry from "./entry.js";
import { getJson, postJson } from "./http.js";
import { toast } from "./toast.js";
import { on } from "./stream.js";
import { word } from "./words.js";

const SAVE_AFTER = 700; // ms of quiet
const FIND_AFTER = 120;
const timers = new WeakMap();
let showPop = () => {};
let take = () => {};

/** Listen on the stack; `apply` shows the pop that an action answers with, `remove` takes a card off the screen. */
export function startWork(stack, apply, remove) {
  showPop = apply;
  take = remove;
  stack.addEventListener("input", typed);
  stack.addEventListener("change", changed);
  stack.addEventListener("submit", submitted);
  stack.addEventListener("click", clicked);
  stack.addEventListener("keydown", moved);
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
  const part = target.closest('[data-part="who"]');
  if (part) entry.keep(part, idOf(part));
  if (target.matches("textarea[name=text]")) {
    localStorage.setItem(draftKey(idOf(target)), target.value);
    target.closest(".pop").classList.add("has-draft");
    say(target.form, "");
    later(target.form, () => save(target.form), SAVE_AFTER);
  } else if (target.dataset.candidates) {
    later(target.form, () => find(target), FIND_AFTER);
  }
}

function changed({ target }) {
  if (target.name !== "result") return;
  target.form.dataset.chosen = target.form.elements.result.value;
  save(target.form);
}

/** A click on the result that is chosen takes it back. */
function takeBack(radio) {
  const { chosen, result } = radio.form.dataset;
  if ((chosen ?? result) !== radio.value) return;
  radio.checked = false;
  radio.form.dataset.chosen = "";
  save(radio.form);
}

async function save(form) {
  if (!form?.isConnected || form.dataset.act !== "note") return;
  const field = form.elements.text;
  const sent = field.value;
  const result = form.elements.result.value;
  if (sent === field.dataset.saved && result === form.dataset.result) return;
  clearTimeout(timers.get(form));
  say(form, word("saving"));
  try {
    await postJson(address(form, "note"), { text: sent, ...(result !== form.dataset.result && { result }) });
    saved(form, sent, result);
  } catch (error) {
    say(form, error.status ? error.message : word("unsaved"));
    if (!error.status) later(form, () => save(form), 3000);
  }
}

function saved(form, text, result) {
  const field = form.elements.text;
  field.dataset.saved = text;
  form.dataset.result = result;
  if (field.value !== text) return;
  if (form.elements.result.value === result) say(form, word("saved"));
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
  if (event.target.matches("input[name=result]")) return takeBack(event.target);
  const button = event.target.closest("[data-act]:is(a, button)");
  if (!button) return;
  const { act, customer } = button.dataset;
  if (act === "choose") perform(button, "choose", { customer_id: customer });
  else if (act === "add") perform(button, "number", { customer_id: customer });
  else if (act === "call") callBack(event, button);
  else if (act === "pause") pause(button);
  else if (act === "dismiss") dismiss(button.closest(".pop"));
  else if (act === "clear") document.querySelectorAll('#pops > .pop[data-active="no"]').forEach(dismiss);
}

function submitted(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.act === "customer") perform(form, "customer", Object.fromEntries(new FormData(form)));
  else if (form.dataset.act === "find") takeFirst(form);
  else if (form.dataset.act === "note") save(form);
}

async function perform(element, action, data) {
  const [part, card, id] = [element.closest("[data-part]"), element.closest(".pop"), idOf(element)];
  part.inert = true;
  entry.forget(card); // other tabs hear of what is saved before we do
  try {
    const { pop } = await postJson(address(element, action), data);
    part.remove(); // what was typed there is saved now
    showPop(pop);
  } catch (error) {
    part.inert = false;
    entry.keep(part, id);
    entry.restore(card);
    toast(error.message, { bad: true });
    if (error.field) part.querySelector(`[name="${error.field}"]`)?.focus();
  }
}

async function dismiss(card) {
  const form = card.querySelector("form.card-work");
  if (form && hasUnsaved(form)) await save(form);
  if (form && hasUnsaved(form)) return;
  try {
    await postJson(address(card, "dismiss"));
  } catch (error) {
    if (error.status !== 404) return void toast(error.message, { bad: true }); // else the server has let go of it
  }
  entry.forget(card);
  take(card);
}

/** What is said from now on is left out of the recording, or kept again; the card comes anew when the PBX has done it. */
async function pause(button) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await postJson(address(button, "recording"), { paused: button.dataset.paused === "yes" });
  } catch (error) {
    toast(error.message, { bad: true });
  }
  button.ariaDisabled = null;
}

/** The PBX rings our phone first; without it the browser's own phone is asked, by the link's tel: address. */
async function callBack(event, link) {
  if (document.body.dataset.dials !== "yes" || !document.querySelector('#pbx[data-state="up"]')) return;
  event.preventDefault();
  if (link.ariaDisabled === "true") return;
  link.ariaDisabled = "true";
  toast(word("phoneFirst"));
  try {
    await postJson(address(link, "call")); // answers when the phone was taken up
  } catch (error) {
    toast(error.message, { bad: true });
  }
  link.ariaDisabled = null;
}

function opened({ target }) {
  if (!target.matches?.("details[data-form]")) return;
  const restored = target.dataset.restored;
  delete target.dataset.restored;
  if (target.open) for (const other of target.parentElement.querySelectorAll("details[open]")) other.open = other === target;
  entry.keep(target.closest("[data-part]"), idOf(target));
  if (target.open && !restored) target.querySelector("input")?.focus();
}

// ---------------------------------------------------------------- the search for a customer

/** Arrows walk from the field into what was found, and back. */
function moved(event) {
  const form = event.target.closest("form[data-act=find]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = form && step && !event.isComposing ? results(form) : [];
  if (!rows.length) return;
  event.preventDefault();
  (rows[Math.min(rows.indexOf(event.target) + step, rows.length - 1)] ?? form.elements.q).focus();
}

const results = (form) => [...form.querySelectorAll("[data-found] button")];

/** Enter takes the first, if it was found for what stands in the field. */
function takeFirst(form) {
  const { q } = form.elements;
  if (form.dataset.found === q.value.trim()) results(form)[0]?.click();
  else later(form, () => find(q), 0);
}

async function find(input) {
  const list = input.form.querySelector("[data-found]");
  const text = input.value.trim();
  if (!text) return list.replaceChildren();
  try {
    const { rows } = await getJson(`${address(input, "candidates")}?${new URLSearchParams({ q: text })}`);
    if (input.value.trim() !== text) return undefined;
    const focused = list.contains(document.activeElement) && document.activeElement.dataset.customer;
    list.replaceChildren(...(rows.length ? rows.map((row) => candidate(row, input.form.dataset.then)) : [nothing()]));
    input.form.dataset.found = text;
    if (focused) (list.querySelector(`[data-customer="${CSS.escape(focused)}"]`) ?? input).focus();
  } catch (error) {
    if (error.status) toast(error.message, { bad: true });
  }
  return undefined;
}

function candidate({ id, name, company, number }, act) {
  const row = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "card-choice" });
  Object.assign(button.dataset, { act, customer: id });
  button.append(text("strong", name || company, "cut"), text("span", name ? company : "", "muted cut grow"), text("span", number, "muted nums ltr"));
  row.append(button);
  return row;
}

function text(tag, content, className) {
  return Object.assign(document.createElement(tag), { textContent: content, className, dir: "auto" });
}

const nothing = () => text("li", word("nothing"), "muted");
