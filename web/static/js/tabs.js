// Tabs that do not all fit: the current one is scrolled into sight, and a fade at an end says that there are more.

export function start() {
  for (const tabs of document.querySelectorAll(".tabs")) {
    const current = tabs.querySelector("[aria-current]");
    if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.clientWidth) / 2;
    tabs.addEventListener("scroll", () => mark(tabs), { passive: true });
    new ResizeObserver(() => mark(tabs)).observe(tabs);
  }
}

function mark(tabs) {
  const before = Math.abs(tabs.scrollLeft); // from right to left it is below zero
  tabs.classList.toggle("has-before", before > 1);
  tabs.classList.toggle("has-after", tabs.scrollWidth - tabs.clientWidth - before > 1);
}
