// What is pressed stays as it is until it is let go: a click on what was replaced or moved meanwhile would be lost.

const waiting = new Set();
let pressed = null;

addEventListener("pointerdown", ({ target }) => { pressed = target; }, true);
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(release), true);
addEventListener("pointermove", ({ buttons }) => pressed && !buttons && release(), true); // let go outside the window
addEventListener("blur", release);

function release() {
  pressed = null;
  const due = [...waiting];
  waiting.clear();
  for (const act of due) queueMicrotask(act); // one that fails does not keep the others
}

/** Call `act` now, or once what is pressed within `box` is let go; once, however often it is asked for meanwhile. */
export function whenReleased(box, act) {
  if (box.contains(pressed)) waiting.add(act);
  else act();
}
