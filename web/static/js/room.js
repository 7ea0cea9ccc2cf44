// Cards make room for what is being typed. On the page: the stack shows heads only where it would cover the field.
// On a card: a call that rings meanwhile shows its head with the name, and stays in sight (card.css).
// The page makes room for the cards: its content stands beside them and above those that are folded (base.css).

import { afterPaint } from "./paint.js";

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const stack = document.getElementById("pops");
let pressed = false;
let due = false;

export function start() {
  for (const name of ["focusin", "focusout"]) document.addEventListener(name, makeRoom);
  addEventListener("resize", makeRoom);
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(released), true);
}

function released() {
  pressed = false;
  makeRoom();
  makeWay();
}

/** Move the page's content once the cards are painted: to lay a whole page out takes longer than to show a card. */
export function makeWay() {
  if (due) return;
  due = true;
  afterPaint(() => {
    due = false;
    if (pressed) return;
    document.body.classList.toggle("has-pops", Boolean(stack.querySelector(":scope > .pop:not(.is-folded)")));
    document.body.classList.toggle("has-folded-pops", Boolean(stack.querySelector(":scope > .pop.is-folded")));
    makeRoom();
  });
}

/** Look again. Nothing moves between pressing a button and letting it go: the click would miss. */
export function makeRoom() {
  if (pressed) return;
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
