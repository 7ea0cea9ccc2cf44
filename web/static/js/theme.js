// Runs before the first paint, so a chosen theme does not flash the other one. The server writes data-theme
// for who is signed in; this remembers it for the sign-in page.
(() => {
  const root = document.documentElement;
  try {
    if (root.dataset.theme !== undefined) localStorage.setItem("theme", root.dataset.theme);
    else root.dataset.theme = localStorage.getItem("theme") ?? "";
  } catch {
    // Storage can be closed to us; then the system's theme stands.
  }
})();
