// Cards make room for what is being typed. On the page: the stack shows heads only where it would cover the field.
// On a card: a call that rings meanwhile shows its head with the name, and stays in sight (card.css).
// The page makes room for the cards: its content stands beside them and above those that are folded (base.css).

import { afterPaint } from "./paint.js";
import { whenReleased } from "./press.js";

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const stack = document.getElementById("pops");
let due = false;

export function start() {
  for (const name of ["focusin", "focusout"]) document.addEventListener(name, makeRoom);
  addEventListener("resize", makeRoom);
}

/** Move the page's content once the cards are painted: to lay a whole page out takes longer than to show a card. */
export function makeWay() {
  if (due) return;
  due = true;
  afterPaint(() => {
    due = false;
    whenReleased(document, giveWay);
  });
}

function giveWay() {
  document.body.classList.toggle("has-pops", Boolean(stack.querySelector(":scope > .pop:not(.is-folded)")));
  document.body.classList.toggle("has-folded-pops", Boolean(stack.querySelector(":scope > .pop.is-folded")));
  makeRoom();
}

/** Look again. Nothing moves between pressing a button and letting it go: the click would miss. */
export const makeRoom = () => whenReleased(document, look);

function look() {
  const field = document.activeElement;
  const typing = Boolean(field?.matches(FIELD)) && !field.closest("dialog");
  const inside = stack.contains(field);
  stack.classList.toggle("is-typing", typing && inside);
  if (!typing || inside) stack.classList.remove("is-aside");
  else if (isCovered(field.getBoundingClientRect())) stack.classList.add("is-aside");
}

function isCovered(box) {
  return [...stack.querySelectorAll(":scope > .pop")].some((card) => {
    const other = card.getBoundingClientRect();
    return box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top;
  });
}
