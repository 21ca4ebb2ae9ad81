// Talks: Enter sends, Shift+Enter breaks the line; what was sent leaves the box; the last words are in sight.
const box = document.querySelector("#talk-words");
const list = document.querySelector(".talk-list");

function showEnd() {
  document.querySelector(".talk-list")?.lastElementChild?.scrollIntoView({ block: "nearest" });
}

box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit(box.form.querySelector(".btn-primary"));
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.requestConfig.verb === "post" && event.target.closest("#talk-form")) {
    box.value = "";
    box.focus();
  }
});

// What came while the page asked for it in two ways at once is shown once.
document.body.addEventListener("htmx:afterSettle", () => {
  const begun = document.querySelector("#talk-list > [data-before]");
  if (begun && document.querySelectorAll('#talk-list > [data-number="1"]').length > 1) begun.remove();
  const seen = new Set();
  for (const one of [...document.querySelectorAll("#talk-list > [data-number]")]) {
    if (seen.has(one.dataset.number)) one.remove();
    seen.add(one.dataset.number);
  }
  showEnd();
});
if (list) showEnd();
