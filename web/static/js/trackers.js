// What the phrases of a tracker find in a text, as both are typed.

const WAIT = 150; // ms of quiet before the form is sent
const form = document.querySelector("form[data-try]");
let timer = 0;
let asked = null;

form?.querySelector("[data-try-button]").setAttribute("hidden", "");
form?.addEventListener("input", ({ target }) => {
  if (!["phrases", "text"].includes(target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(attempt, WAIT);
});

async function attempt() {
  asked?.abort();
  asked = new AbortController();
  const ours = document.getElementById("tried");
  if (!form.elements.text.value.trim()) return ours.replaceChildren();
  try {
    const answer = await fetch(form.dataset.try, { method: "POST", headers: { "X-Part": "tried" }, body: new URLSearchParams(new FormData(form)), signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    ours.replaceChildren(...(page.getElementById("tried")?.childNodes ?? []));
  } catch (error) {
    if (error.name !== "AbortError") ours.replaceChildren();
  }
}
