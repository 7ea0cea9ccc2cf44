// The board on the wall: without the frame, as large as fits, awake, light or dark as the address says.

const SMALLEST = 11;
const LARGEST = 40; // px: the unit that everything on the wall is sized by
let root = null;
let lock = null;

export function start(board) {
  root = board;
  const asked = new URLSearchParams(location.search);
  show(asked.get("wall") === "1", asked.get("theme"));
  board.querySelector("[data-wall]").addEventListener("click", () => change({ wall: "1" }));
  board.querySelector("[data-desk]").addEventListener("click", () => change({ wall: null, theme: null }));
  board.querySelector("[data-theme-switch]").addEventListener("click", () => change({ theme: isDark() ? "light" : "dark" }));
  board.querySelector("[data-full]").addEventListener("click", full);
  document.addEventListener("visibilitychange", keepAwake);
  document.addEventListener("keydown", pressed);
  addEventListener("resize", fit);
}

const isWall = () => document.documentElement.classList.contains("is-wall");
const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark"
  || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

function change(values) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(null, "", url);
  show(url.searchParams.get("wall") === "1", url.searchParams.get("theme"));
}

const usual = document.documentElement.dataset.theme;

function show(wall, theme) {
  document.documentElement.classList.toggle("is-wall", wall);
  document.documentElement.dataset.theme = (wall && theme) || usual;
  if (!wall && document.fullscreenElement) document.exitFullscreen();
  keepAwake();
  fit();
}

function pressed(event) {
  if (!isWall() || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input")) return;
  if (event.key === "f") full();
  else if (event.key === "d") change({ theme: isDark() ? "light" : "dark" });
}

function full() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

/** The browser lets the lock go whenever the page is hidden. */
async function keepAwake() {
  if (!isWall() || document.hidden) {
    await lock?.release().catch(() => {});
    lock = null;
  } else if (!lock || lock.released) {
    lock = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
    document.documentElement.dataset.awake = lock ? "yes" : "no";
  }
}

/** The largest size at which everything is on the screen. */
export function fit() {
  const html = document.documentElement;
  if (!isWall()) {
    html.style.removeProperty("--wall");
    return;
  }
  let [low, high] = [SMALLEST, LARGEST];
  while (high - low > 0.5) {
    const size = (low + high) / 2;
    html.style.setProperty("--wall", `${size}px`);
    if (root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth) low = size;
    else high = size;
  }
  html.style.setProperty("--wall", `${low}px`);
}
