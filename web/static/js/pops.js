// The caller's cards: shown, updated part by part, folded, never losing what is being typed.
// What a card's HTML promises stands in templates/card/card.html; the wire in screenpop/pops/wire.py.

import * as entry from "./entry.js";
import { getJson } from "./http.js";
import * as notify from "./notify.js";
import { afterPaint } from "./paint.js";
import { whenReleased } from "./press.js";
import { hasUnsaved, restoreDraft, startWork } from "./popwork.js";
import * as room from "./room.js";
import { noteRefusal, on } from "./stream.js";
import { tick } from "./timers.js";

const FOLD_AFTER = 12_000; // ms that a finished card stays open by itself
const SHOWN_FINISHED = 2;
const stack = document.getElementById("pops");
const speaker = document.getElementById("announce");
const clearing = document.getElementById("pops-clear");
const folds = new Map();
let snapshotDue = false;
let meanwhile = null;
let linked = false;
let fetched = false;

export function start() {
  on("fresh", snapshot);
  on("link", ({ up }) => { linked = up; showLive(); });
  on("pop", (pop) => (meanwhile ? meanwhile.push(() => apply(pop)) : told(pop)));
  on("pop_gone", ({ id }) => (meanwhile ? meanwhile.push(() => gone(id)) : whenReleased(stack, () => gone(id))));
  stack.addEventListener("click", clicked);
  entry.prune();
  room.start();
  startWork(stack, apply, take);
}

// ---------------------------------------------------------------- the rule: subscribe, fetch, apply

async function snapshot() {
  if (meanwhile) {
    snapshotDue = true;
    return;
  }
  meanwhile = [];
  try {
    const { pops } = await getJson("/api/pops");
    const ids = new Set(pops.map((pop) => pop.id));
    for (const pop of pops) apply(pop, true);
    for (const card of cards()) if (!ids.has(card.dataset.pop)) gone(card.dataset.pop);
    fetched = true;
  } catch (error) {
    noteRefusal(error);
    setTimeout(snapshot, error.status === 401 ? 15_000 : 3000);
  }
  const waiting = meanwhile;
  meanwhile = null;
  for (const act of waiting) act();
  showLive();
  if (snapshotDue) {
    snapshotDue = false;
    snapshot();
  }
}

/** <html data-live="yes">: the stream is open and what it missed is fetched. */
function showLive() {
  document.documentElement.dataset.live = linked && fetched ? "yes" : "no";
}

/** A new card is shown at once; one that is being clicked on changes after that. */
function told(pop) {
  if (find(pop.id)) whenReleased(stack, () => find(pop.id) && apply(pop));
  else apply(pop);
}

/** Show `pop` (as the server sends it) as it stands now. quiet: it was there before this page was. */
export function apply(pop, quiet = false) {
  const fresh = parse(pop.html);
  const card = find(pop.id);
  fresh.dataset.version = pop.version;
  if (!card) insert(fresh, quiet);
  else if (pop.version >= Number(card.dataset.version)) update(card, fresh);
}

function insert(card, quiet) {
  stack.prepend(card);
  if (!quiet) card.classList.add("is-new");
  restoreDraft(card);
  entry.restore(card);
  const wanted = remembered(card.dataset.pop);
  if (wanted ?? (quiet && card.dataset.active === "no")) fold(card, true, false);
  if (!quiet && card.dataset.active === "yes") foldOthers();
  settle(card, quiet || card.dataset.active === "no" ? null : "arrived");
}

function update(card, fresh) {
  const before = card.dataset.state;
  const spoken = card.dataset.announce !== fresh.dataset.announce;
  const classes = ["is-folded", "has-draft", "has-entry"].filter((name) => card.classList.contains(name));
  for (const { name, value } of fresh.attributes) card.setAttribute(name, value);
  card.classList.add(...classes);
  replaceParts(card, fresh);
  entry.restore(card);
  settle(card, spoken ? "changed" : null);
  if (before !== card.dataset.state) card.dispatchEvent(new Event("ringdesk:settled"));
  if (before !== card.dataset.state && card.dataset.active === "no") foldLater(card);
}

function replaceParts(card, fresh) {
  const focused = card.contains(document.activeElement) ? describe(document.activeElement) : "";
  for (const part of [...card.children]) {
    const next = fresh.querySelector(`:scope > [data-part="${part.dataset.part}"]`);
    if (isBusy(part)) next?.remove();
    else if (!next) part.remove();
    else if (next.isEqualNode(part)) next.remove();
    else part.replaceWith(next);
  }
  placeNew(card, fresh);
  if (focused && !card.contains(document.activeElement)) card.querySelector(focused)?.focus({ preventScroll: true });
}

/** Parts that were not there before take their place by the order of head, recording, body, who, work, foot. */
function placeNew(card, fresh) {
  const order = ["head", "recording", "body", "who", "work", "foot"];
  for (const part of [...fresh.children]) {
    const after = [...card.children].find((other) => order.indexOf(other.dataset.part) > order.indexOf(part.dataset.part));
    card.insertBefore(part, after ?? null);
  }
}

/** Is something being typed here, or typed and not saved? */
function isBusy(part) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches("input, textarea, select")) return true;
  if (part.dataset.part === "work") return hasUnsaved(part);
  return part.dataset.part === "who" && entry.hasEntry(part);
}

function settle(card, event) {
  tick(card);
  layOut();
  room.makeRoom();
  afterPaint(() => tell(card, event));
}

/** What is not on the card: tab title, screen reader, sound, notification. */
function tell(card, event) {
  notify.show(ringing());
  if (event) speaker.textContent = card.dataset.announce;
  if (event === "arrived" && card.isConnected) notify.arrived(card);
}

function gone(id) {
  const card = find(id);
  if (card && ![...card.children].some(isBusy)) take(card);
}

/** Take `card` off the screen. */
function take(card) {
  forget(card.dataset.pop);
  clearTimeout(folds.get(card));
  card.dispatchEvent(new Event("ringdesk:settled"));
  card.remove();
  layOut();
  notify.show(ringing());
}

// ---------------------------------------------------------------- folding

function clicked(event) {
  const card = event.target.closest(".pop");
  if (!card) return;
  const folded = card.classList.contains("is-folded");
  if (event.target.closest('[data-act="fold"]')) fold(card, !folded);
  else if (folded && event.target.closest(".card-head") && !event.target.closest("button")) fold(card, false);
}

function fold(card, on, keep = true) {
  setFolded(card, on);
  if (keep) remember(card.dataset.pop, on);
  layOut();
}

function setFolded(card, on) {
  clearTimeout(folds.get(card));
  card.classList.toggle("is-folded", on);
  card.querySelector('[data-act="fold"]')?.setAttribute("aria-expanded", String(!on));
}

/** Of the finished cards that are folded only the newest few lie there; one with a draft always does. */
function layOut() {
  const finished = cards().filter((card) => card.dataset.active === "no");
  finished.filter((card) => card.classList.contains("is-folded")).forEach((card, index) => {
    card.classList.toggle("is-first", index === 0);
    card.classList.toggle("is-beyond", index >= SHOWN_FINISHED && !card.matches(".has-draft, .has-entry"));
  });
  clearing.hidden = finished.length < 2;
  clearing.querySelector("[data-count]").textContent = finished.length;
  room.makeWay();
}

function foldLater(card) {
  clearTimeout(folds.get(card));
  folds.set(card, setTimeout(() => {
    if (card.matches(":focus-within, :hover") || [...card.children].some(isBusy)) foldLater(card);
    else if (remembered(card.dataset.pop) === null) fold(card, true, false);
  }, FOLD_AFTER));
}

/** A new call makes room: finished cards fold, the one that is being talked on stays. `settle` lays them out. */
function foldOthers() {
  for (const card of stack.querySelectorAll(':scope > .pop[data-active="no"]:not(.is-folded)')) if (![...card.children].some(isBusy)) setFolded(card, true);
}

// Folding is remembered over page loads, for this tab.
const key = (id) => `fold:${id}`;
const remember = (id, on) => sessionStorage.setItem(key(id), on ? "1" : "0");
const forget = (id) => sessionStorage.removeItem(key(id));
const remembered = (id) => ({ 1: true, 0: false })[sessionStorage.getItem(key(id))] ?? null;

// ---------------------------------------------------------------- from the keyboard

const current = () => stack.querySelector('.pop[data-active="yes"]') ?? stack.querySelector(".pop");

export function focusCard() {
  const card = current();
  if (card?.classList.contains("is-folded")) fold(card, false);
  card?.querySelector(".card-foot a, .card-foot button, .card-enter summary, .card-enter button")?.focus();
}

export function focusNote() {
  const card = current();
  if (card?.classList.contains("is-folded")) fold(card, false);
  card?.querySelector("textarea[name=text]")?.focus();
}

export function toggleCard() {
  const card = current();
  if (card) fold(card, !card.classList.contains("is-folded"));
}

// ---------------------------------------------------------------- small things

const cards = () => [...stack.querySelectorAll(":scope > .pop")];
const ringing = () => cards().filter((card) => card.dataset.state === "ringing");
const find = (id) => stack.querySelector(`:scope > [data-pop="${CSS.escape(id)}"]`);

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".pop");
}

/** A selector that finds the like of `element` again after its part was replaced. */
function describe(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const { act, customer, copy } = element.dataset;
  if (act) return `[data-act="${act}"]${customer ? `[data-customer="${CSS.escape(customer)}"]` : ""}`;
  if (copy) return "[data-copy]";
  return element.href ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : "";
}
