// Keyboard: single letters work where nothing is being typed, Alt+letter everywhere.

import { openDialog } from "./menus.js";
import { openPalette } from "./palette.js";
import { focusCard, focusNote, toggleCard } from "./pops.js";

const ALT = { c: focusCard, n: focusNote, m: toggleCard };
const PLAIN = { "/": openPalette, "?": () => openDialog("keys"), j: () => walk(1), k: () => walk(-1) };
const TOGETHER = 3000; // ms between g and the letter after it
let afterG = -TOGETHER;

export function start() {
  document.addEventListener("keydown", pressed);
}

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return run(event, openPalette);
  const alt = event.altKey && !event.ctrlKey && ALT[event.code.replace("Key", "").toLowerCase()];
  if (alt) return run(event, alt);
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const place = event.timeStamp - afterG < TOGETHER && document.querySelector(`a[data-go="${CSS.escape(event.key)}"]`);
  afterG = event.key === "g" ? event.timeStamp : -TOGETHER;
  if (place) return run(event, () => location.assign(place.href));
  if (PLAIN[event.key]) run(event, PLAIN[event.key]);
}

function run(event, act) {
  event.preventDefault();
  act();
}

const isTyping = (target) => target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function walk(step) {
  const links = [...document.querySelectorAll("#content .row-link")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}
