// Tabs that do not all fit: the current one is scrolled into sight, and a fade at an end says that there are more.

export function start() {
  for (const tabs of document.querySelectorAll(".tabs")) {
    const current = tabs.querySelector("[aria-current]");
    if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
    fade(tabs);
  }
}

/** Says of what scrolls sideways at which end there is more; the style sheets draw it. */
export function fade(part) {
  part.addEventListener("scroll", () => mark(part), { passive: true });
  new ResizeObserver(() => mark(part)).observe(part);
}

function mark(part) {
  const before = Math.abs(part.scrollLeft); // from right to left it is below zero
  part.classList.toggle("has-before", before > 1);
  part.classList.toggle("has-after", part.scrollWidth - part.clientWidth - before > 1);
}
