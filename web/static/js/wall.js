// The board on the wall: without the frame, as large as fits, awake, light or dark as the address says.
// Each list has its own size (--wall); board.css sizes everything else by the screen.

const SMALLEST = 10; // px
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

/** Each list as large as its place lets it be. */
export function fit() {
  for (const list of root.querySelectorAll("[data-fit]")) {
    if (isWall()) grow(list);
    else list.style.removeProperty("--wall");
  }
}

function grow(list) {
  let [low, high] = [SMALLEST, Math.min(innerWidth * 0.024, innerHeight * 0.043)];
  const fits = (size) => {
    list.style.setProperty("--wall", `${size}px`);
    const inner = list.querySelector(".table-wrap") ?? list;
    return list.scrollHeight <= list.clientHeight && inner.scrollWidth <= inner.clientWidth;
  };
  while (high - low > 0.5) {
    const size = (low + high) / 2;
    if (fits(size)) low = size;
    else high = size;
  }
  fits(low);
}
