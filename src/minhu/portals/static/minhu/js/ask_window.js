// Inside the frame: Escape closes it (the page around it is told), a new answer gets the focus, nothing is sent twice.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && window.parent !== window) window.parent.postMessage("minhu:close", "*");
});
document.querySelector("[data-ask-new]")?.focus();
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
