// What may wait until the card is to be seen.

const LATEST = 100; // ms: no frame comes where the window is covered

/** Call `act` after the next frame was painted; at once where nothing is painted. */
export function afterPaint(act) {
  if (document.hidden) return void act();
  let done = false;
  const once = () => { if (!done) { done = true; act(); } };
  requestAnimationFrame(() => setTimeout(once, 16)); // the frame is still under way when it is asked for
  setTimeout(once, LATEST);
}
