// The score card beside the player keeps what is answered as one goes; its score runs along.

import { word } from "./words.js";

const WAIT = 500; // ms of quiet before what is typed is kept
const AGAIN = 3000; // ms until a server that was not reached is tried again
let timer = 0; // runs while something is not kept yet
let last = null; // what was sent last, until the answer is there
let sending = Promise.resolve();

const section = () => document.getElementById("review");
const form = () => document.querySelector("form[data-review]");

document.addEventListener("change", ({ target }) => target.type === "radio" && target.form === form() && keep());
document.addEventListener("input", ({ target }) => {
  if (target.form !== form() || target.type === "radio") return;
  clearTimeout(timer);
  say("");
  timer = setTimeout(() => keep(), WAIT);
});
addEventListener("pagehide", () => (timer || last) && keep(true));
document.addEventListener("submit", (event) => {
  if (event.target === form()) take(event, () => (event.submitter?.name === "done" ? finish() : keep()));
  else if (event.target.matches("[data-review-remove]")) take(event, () => remove(event.target.action));
});

function take(event, act) {
  event.preventDefault();
  act();
}

// One after the other, so that an earlier answer never overtakes a later one.
function keep(leaving = false) {
  settle();
  if (!form()) return;
  say("saving");
  const [address, data] = [form().action, new FormData(form())];
  if (leaving) send(address, data, false, true);
  else {
    const mine = last = {};
    sending = sending.then(() => send(address, data, false)).then(() => { if (last === mine) last = null; });
  }
}

// Finished: the form says so, or what is missing.
function finish() {
  settle();
  const [address, data] = [form().action, new FormData(form())];
  data.set("done", "1");
  say("saving");
  sending = sending.then(() => send(address, data, true)).then(() => document.getElementById("review-stand")?.focus());
}

function remove(address) {
  settle();
  sending = sending.then(() => send(address, new FormData(), true));
}

function settle() {
  clearTimeout(timer);
  timer = 0;
  last = null;
}

async function send(address, data, whole, keepalive = false) {
  try {
    const answer = await fetch(address, { method: "POST", keepalive, headers: { "X-Part": "review" }, body: new URLSearchParams(data) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = page.getElementById("review") && (answer.ok || whole);
    if (drawn) draw(page, whole);
    say(drawn ? (whole || timer ? "" : "saved") : "failed");
  } catch {
    say(whole ? "failed" : "unsaved");
    if (!whole && !keepalive) timer ||= setTimeout(() => keep(), AGAIN);
  }
}

// What is being filled in stays as it is: only the figures around it are drawn anew.
function draw(page, whole) {
  if (whole) return section().replaceWith(document.adoptNode(page.getElementById("review")));
  for (const id of ["review-score", "review-stand", "review-read"]) document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
}

function say(name) {
  const state = document.querySelector("[data-review-state]");
  if (state) state.textContent = name && word(name);
}
