// <button data-copy="#id"> copies the text of that element and says so.
import { announce } from "/static/announce.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  const before = button.textContent;
  button.textContent = "Copied";
  announce("Copied.");
  setTimeout(() => { button.textContent = before; }, 2000);
});
