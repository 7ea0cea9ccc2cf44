// Cards make room for what is being typed. On the page: the stack shows heads only where it would cover the field.
// On a card: a call that rings meanwhile shows its head with the name, and stays in sight (card.css).

const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const stack = document.getElementById("pops");
let pressed = false;

export function start() {
  for (const name of ["focusin", "focusout"]) document.addEventListener(name, makeRoom);
  addEventListener("resize", makeRoom);
  addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(released), true);
}

function released() {
  pressed = false;
  makeRoom();
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
