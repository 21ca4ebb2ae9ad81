// Brings the question window to a page of another site:
//   <script src="https://热线地址/ask/window.js" defer></script>
// One button at the lower corner opens a frame of the hotline's own origin. No cookie, nothing read from the page.
(() => {
  "use strict";
  const from = document.currentScript;
  if (!from || window.minhuAsk) return;
  const origin = new URL(from.src).origin;
  const label = from.dataset.label || "问政策";
  const set = (element, styles) => Object.assign(element.style, styles);
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "minhu-ask-frame");
  set(button, { position: "fixed", insetInlineEnd: "20px", bottom: "20px", zIndex: "2147483000", minHeight: "48px", padding: "0 20px", border: "2px solid #fff", borderRadius: "24px", background: "#1b5aa6", color: "#fff", font: "600 16px/1.4 system-ui, sans-serif", boxShadow: "0 4px 16px rgba(0,0,0,.3)", cursor: "pointer" });
  const frame = document.createElement("iframe");
  frame.id = "minhu-ask-frame";
  frame.title = "政策问答（由人工智能生成）";
  frame.hidden = true;
  frame.referrerPolicy = "no-referrer";
  set(frame, { position: "fixed", insetInlineEnd: "20px", bottom: "80px", zIndex: "2147483000", width: "min(400px, calc(100vw - 24px))", height: "min(620px, calc(100vh - 110px))", border: "1px solid #8a97a8", borderRadius: "12px", background: "#fff", boxShadow: "0 8px 32px rgba(0,0,0,.3)", display: "none" });

  function show(open) {
    if (open && !frame.src) frame.src = `${origin}/ask/window/`;
    frame.hidden = !open;
    frame.style.display = open ? "block" : "none";
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? `关闭${label}` : label;
    if (open) frame.focus(); else button.focus();
  }
  button.addEventListener("click", () => show(frame.hidden));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !frame.hidden) show(false); });
  window.addEventListener("message", (event) => {
    if (event.origin === origin && event.source === frame.contentWindow && event.data === "minhu:close") show(false);
  });
  const start = () => document.body.append(frame, button);
  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
  window.minhuAsk = { open: () => show(true), close: () => show(false) };
})();
