// What starting a run would refuse, beside the control that it is about, while somebody edits. Nothing that has the focus is
// touched: sentences come and go, and what is folded is marked where it is folded.
const PAUSE = 400;  // milliseconds without a key or a press

const texts = (place) => [...place.querySelectorAll(".error > span")].map((line) => line.textContent);

function tell(place, messages) {
  if (texts(place).join("\n") === messages.join("\n")) return;  // told already; an alert would be read again
  const lines = messages.map((message) => {
    const line = document.getElementById("fault").content.firstElementChild.cloneNode(true);
    line.querySelector("span").textContent = message;
    return line;
  });
  place.replaceChildren(...lines);
}

function mark(form, id, isWrong) {
  const control = form.querySelector(`#${CSS.escape(id)}`);
  const field = control?.matches("[data-ticks]") ? control.querySelector("[type=checkbox]") : control;
  control?.querySelector?.(".boxes")?.classList.toggle("is-wrong", isWrong);
  if (!field?.matches("input, select, textarea")) return;
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

export function show(form, faults) {
  for (const place of form.querySelectorAll("[data-faults]")) {
    const messages = faults[place.dataset.faults] ?? [];
    tell(place, messages);
    mark(form, place.dataset.faults, messages.length > 0);
  }
  for (const fold of form.querySelectorAll("details")) fold.toggleAttribute("data-faulty", fold.querySelector(".error") !== null);
  const whole = form.querySelector("#spec-errors");
  if (whole) whole.hidden = Object.keys(faults).length === 0;
}

// A form of its own summary brings them with it; another asks for them.
document.addEventListener("htmx:afterSwap", (event) => {
  const source = event.target.id === "spec-preview" ? document.getElementById("spec-faults") : null;
  if (source) show(source.closest("form"), JSON.parse(source.textContent));
});

let timer, asked = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-check]");
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => ask(form), PAUSE);
});

async function ask(form) {
  const turn = ++asked;
  const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form) }).catch(() => null);
  if (answer?.redirected) return location.reload();  // signed out: as for htmx, the sign-in page comes and leads back
  if (answer?.ok && turn === asked) show(form, await answer.json());
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-to-fault]");
  const control = link && document.querySelector(link.hash);
  if (!control) return;
  event.preventDefault();
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  control.scrollIntoView({ block: "center" });
  (control.matches("input, select, textarea") ? control : control.querySelector("input:not([type=hidden]), [data-grip], summary, button"))?.focus({ preventScroll: true });
});

// After a refusal whoever types goes on where something is wrong.
document.addEventListener("DOMContentLoaded", () =>
  document.querySelector("[aria-invalid=true], [data-list]:has(> div .error) > .list-foot summary")?.focus({ preventScroll: false }));
