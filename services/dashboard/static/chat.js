// <form data-chat> sends a message and shows the reply word by word in the page's [data-talk]. Without this script the
// form posts as usual and the next page holds the whole reply.
const STREAM = "application/x-ndjson";

async function say(event) {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  const body = new URLSearchParams(new FormData(form));
  tell(form, "");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: STREAM } });
    if (answer.redirected) { location.reload(); return; } // the session ended: the login page leads back here
    if (answer.headers.get("content-type")?.startsWith(STREAM)) await show(form, body.get("message"), answer);
    else await refuse(form, answer);
  } catch {
    tell(form, "The connection broke. The message may have been sent: open the conversation again to see.");
  } finally {
    delete form.dataset.sending;
    form.removeAttribute("aria-busy");
    form.elements.message.focus();
  }
}

async function refuse(form, answer) {
  const isOurs = answer.headers.get("content-type")?.includes("json");
  tell(form, isOurs ? (await answer.json()).problem : "The message was not sent. Open the page again and repeat.");
}

async function show(form, question, answer) {
  const talk = document.querySelector("[data-talk]");
  talk.setAttribute("aria-busy", "true"); // read out once it is whole, not at every word
  const asked = put(talk, "p", "asked", question);
  const answered = put(talk, "div", "answered", "");
  const text = put(answered, "p", "coming", "");
  form.elements.message.value = "";
  asked.scrollIntoView({ block: "nearest" });
  let isWhole = false;
  for await (const line of linesOf(answer)) {
    if (line.text) text.textContent += line.text;
    if (line.again) text.textContent = "";
    if (line.end) { isWhole = true; end(answered, line.end); }
    talk.scrollTop = talk.scrollHeight;
  }
  text.classList.remove("coming");
  talk.removeAttribute("aria-busy");
  if (!isWhole) tell(form, "The connection broke before the reply was whole. Open the conversation again to see it.");
  history.replaceState(null, "", `?conversation=${encodeURIComponent(form.elements.conversation.value)}`);
}

function end(answered, ending) {
  if (ending.reason) put(answered, "p", "reason", `Why, for you alone: ${ending.reason}`);
  put(answered, "p", "fact", ending.facts);
}

async function* linesOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
    if (done) return;
  }
}

function put(parent, tag, kind, text) {
  const part = document.createElement(tag);
  part.className = kind;
  part.textContent = text;
  parent.append(part);
  return part;
}

function tell(form, problem) {
  const place = form.querySelector("[data-problem]");
  place.textContent = problem;
  place.hidden = !problem;
}

const form = document.querySelector("form[data-chat]");
form?.addEventListener("submit", say);
form?.elements.message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
