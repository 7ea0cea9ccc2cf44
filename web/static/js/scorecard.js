// The form of a score card: its buttons change the questions without a page load; saving goes to the list.

import { replace } from "./live.js";
import { toast } from "./toast.js";

document.addEventListener("submit", (event) => {
  if (event.target.id !== "card") return;
  event.preventDefault();
  send(event.target, event.submitter);
});

async function send(form, submitter) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, submitter)) });
    if (answer.redirected) return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("card")) return toast(page.querySelector("h1")?.textContent.trim() ?? "", { bad: true });
    const focused = document.activeElement?.id;
    replace("card", page);
    focus(submitter?.value, focused);
  } catch {
    toast("", { bad: true });
  }
}

// A new question is written at once; else one goes on where one was.
function focus(did, focused) {
  const texts = document.querySelectorAll(".question-text input");
  const wrong = document.querySelector("#card [aria-invalid=true], #card .form-error");
  if (did === "add") texts[texts.length - 1]?.focus();
  else if (wrong) wrong.scrollIntoView({ block: "center" });
  else document.getElementById(focused)?.focus();
}
