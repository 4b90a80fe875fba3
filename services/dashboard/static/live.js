// Keeps parts of a page fresh: <section data-live="/path/of/the/fragment"> is read again every 1.5 s while the tab is
// seen, and put in place only when it differs from what is shown and nobody writes inside it. The focus stays where
// it was: on the link or button that leads to the same place. What bears data-told has a state; when it is another one
// than before, its data-sentence is said to those who do not see it, and nothing else ever is.
import { announce } from "/static/announce.js";

const EVERY_MS = 1500;
const MOST_SAID = 3;

async function refresh(part) {
  const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } });
  if (answer.redirected) { location.reload(); return; } // the session ended: the login page leads back here
  if (!answer.ok) throw new Error(answer.statusText);
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  if (fresh.innerHTML.trim() === part.innerHTML.trim() || isWrittenIn(part)) return;
  const said = changes(part, fresh.content);
  const focused = part.contains(document.activeElement) ? placeOf(document.activeElement) : null;
  part.replaceChildren(fresh.content);
  if (focused) part.querySelector(focused)?.focus();
  announce(said);
  if (part.querySelector("[data-settled]")) delete part.dataset.live; // nothing in it changes by itself any more
}

function changes(part, fresh) {
  const before = new Map([...part.querySelectorAll("[data-told]")].map((one) => [one.dataset.told, one.dataset.state]));
  const news = [...fresh.querySelectorAll("[data-told]")].filter(({ dataset: { told, state, sentence } }) =>
    sentence && before.has(told) && before.get(told) !== state);
  const said = news.slice(0, MOST_SAID).map((one) => one.dataset.sentence);
  if (news.length > MOST_SAID) said.push(`${news.length - MOST_SAID} more changes.`);
  return said.join(" ");
}

function isWrittenIn(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}

function placeOf(element) {
  const form = element.closest("form");
  if (form) return `form[action="${CSS.escape(form.getAttribute("action"))}"] button`;
  return element.matches("a[href]") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : null;
}

// once when the refreshing fails, and once when it works again
function tellWhetherItStandsStill(standsStill) {
  const note = document.querySelector("[data-stale]");
  if (note.hidden !== standsStill) return;
  note.hidden = !standsStill;
  announce(standsStill ? note.textContent : "This page goes on.");
}

async function keepFresh() {
  if (!document.hidden) {
    const parts = document.querySelectorAll("[data-live]");
    const ends = await Promise.allSettled([...parts].map(refresh));
    tellWhetherItStandsStill(ends.some((end) => end.status === "rejected"));
  }
  setTimeout(keepFresh, EVERY_MS);
}

if (document.querySelector("[data-live]")) setTimeout(keepFresh, EVERY_MS);
