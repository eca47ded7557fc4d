// Everything works without this module. It adds: copy buttons, live filters, local times, and what belongs to the secret's page.

const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const localize = (part) => {
  for (const time of part.querySelectorAll("time[datetime]")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.valueOf())) continue;
    const isExact = time.textContent === time.title;
    time.title = local.format(at);
    if (isExact) time.textContent = time.title;
  }
};
localize(document);

// Replaces a part of the page by the part of an answer with the same id.
const replace = async (id, response, isWanted = () => true) => {
  const part = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(id);
  if (!part || !isWanted()) return;
  localize(part);
  document.getElementById(id).replaceWith(part);
};

document.querySelector("#errors")?.focus();

// Copy what an element holds: data-copy names its id.
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const text = source.value ?? source.textContent;
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      source.select?.();
      isCopied = document.execCommand("copy");
    }
    const label = button.querySelector("[data-label]") ?? button;
    const before = label.textContent;
    label.textContent = isCopied ? "Copied" : "Press Ctrl+C";
    if (isCopied) button.dispatchEvent(new CustomEvent("copied", { bubbles: true }));
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

// Live filters: a GET form whose data-live names what it replaces. A pasted secret goes to the page that finds leaked keys.
for (const form of document.querySelectorAll("form[data-live]")) {
  let timer;
  let latest = 0;
  const refresh = async () => {
    const url = new URL(form.action);
    const data = new FormData(form);
    const secret = new RegExp(form.dataset.secret).exec(data.get("name"))?.groups.secret;
    if (secret) {
      const find = document.getElementById("find-leaked");
      if (!find) return;
      find.elements.secret.value = secret;
      form.reset();
      find.submit();
      return;
    }
    for (const [name, value] of data) if (value) url.searchParams.set(name, value);
    const turn = ++latest;
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) { location.href = url; return; }
    await replace(form.dataset.live, response, () => turn === latest);
    if (turn === latest) history.replaceState(null, "", url);
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, 250); });
  form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); refresh(); });
}

// The secret: it leaves the page's address, its history, and the page itself when the page is left.
const secret = document.querySelector("[data-secret-page]");
if (secret) {
  history.replaceState(null, "", secret.dataset.secretPage);
  const field = document.getElementById("secret");
  let isSaved = false;
  addEventListener("copied", () => { isSaved = true; });
  document.getElementById("saved")?.addEventListener("click", () => { isSaved = true; });
  addEventListener("beforeunload", (event) => { if (!isSaved) event.preventDefault(); });
  addEventListener("pagehide", () => {
    for (const place of document.querySelectorAll("[data-secret]")) {
      if ("value" in place) place.value = ""; else place.textContent = "";
    }
    field.value = "";
  });
}

// Waiting for the first request: data-poll is the address to ask, and the part with that id is replaced until it stops asking.
const poll = async () => {
  const part = document.querySelector("[data-poll]");
  if (!part) return;
  const response = await fetch(part.dataset.poll).catch(() => null);
  if (response?.ok) await replace(part.id, response);
  setTimeout(poll, 3000);
};
if (document.querySelector("[data-poll]")) setTimeout(poll, 3000);

// A summary that follows a form: data-summary names the address that answers with the part to replace. Only what the summary
// needs is part of that address, of networks their number.
const summarized = ["type", "grant", "permission", "expires", "date"];
for (const form of document.querySelectorAll("form[data-summary]")) {
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const data = new FormData(form);
      const query = new URLSearchParams([...data].filter(([name]) => summarized.includes(name)));
      query.set("networks", data.get("networks").split("\n").filter((line) => line.trim()).map(() => "-").join("\n"));
      const response = await fetch(`${form.dataset.summary}?${query}`).catch(() => null);
      if (response?.ok) await replace("summary", response);
    }, 250);
  });
}
