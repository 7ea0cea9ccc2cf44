// <time data-since="UNIX SECONDS"> runs as a stopwatch; data-until stops it there.

const offset = { seconds: 0 };

/** The server's clock is the one that counts: `now` is its Unix time. */
export function setClock(now) {
  offset.seconds = now - Date.now() / 1000;
}

/** The Unix time by the server's clock. */
export const serverTime = () => Date.now() / 1000 + offset.seconds;

export function start() {
  setInterval(tick, 1000);
  tick();
}

export function tick(root = document) {
  const now = serverTime();
  for (const time of (root.querySelectorAll ? root : document).querySelectorAll("time[data-since]")) {
    const text = written((Number(time.dataset.until) || now) - Number(time.dataset.since));
    if (time.textContent !== text) time.textContent = text;
  }
}

function written(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
