// What makes the desk quicker; everything works without it.

// Choosing a version shows it at once.
for (const select of document.querySelectorAll("select[data-send]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}

// The mail is there to look at without asking for it.
for (const form of document.querySelectorAll("form[data-show-at-once]")) {
  form.querySelector("select")?.addEventListener("change", () => form.requestSubmit());
  form.requestSubmit();
}

// Text from Word or a page keeps its headings, links and lists.
for (const room of document.querySelectorAll("[data-paste]")) {
  const area = room.querySelector("textarea");
  const said = room.querySelector("[data-pasted]");
  area.addEventListener("paste", async (event) => {
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    // Signs that there is more than text; typing from an editor of code stays as it is.
    if (!html || !/<(h[1-6]|p|li|a|b|strong|em|i|table)[\s>]/i.test(html)) return;
    event.preventDefault();
    const insert = (words) => {
      area.focus();
      // So that the browser can undo it.
      if (!document.execCommand("insertText", false, words)) area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    };
    try {
      const answer = await fetch(room.dataset.paste, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": area.form.elements.csrf_token.value },
        body: JSON.stringify({ html }),
      });
      const read = await answer.json();
      said.textContent = read.error ?? "";
      insert(read.markdown ?? plain);
    } catch {
      insert(plain);
    }
  });
}

// Ask once more before something is lost.
for (const button of document.querySelectorAll("button[data-confirm]")) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.confirm)) event.preventDefault();
  });
}

// Nobody loses what they typed by clicking a link.
let isDirty = !!document.querySelector("form[data-unsaved]");
for (const form of document.querySelectorAll("form.block-form, form[enctype]")) {
  form.addEventListener("input", () => (isDirty = true));
  form.addEventListener("submit", () => (isDirty = false));
}
window.addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});

// Whoever opened a form types in it at once. A fragment in the address takes the focus
// away, a frame after the page is loaded.
const opened = document.querySelector("form.block-form");
const first = opened?.querySelector("[aria-invalid=true]") ?? opened?.querySelector("input:not([type=hidden]), textarea, select");
if (first) window.addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => first.focus())));

// Placing leaves the page and the library where they were; what was placed is in sight.
const library = document.querySelector("#library");
for (const form of document.querySelectorAll("form[data-stay]")) {
  form.addEventListener("submit", () => sessionStorage.setItem("stay", `${scrollY} ${library.scrollTop}`));
}
const placed = document.querySelector("[data-placed]");
if (placed) {
  const [top, inLibrary] = (sessionStorage.getItem("stay") ?? "0 0").split(" ").map(Number);
  scrollTo(0, top);
  library.scrollTop = inLibrary;
  placed.scrollIntoView({ block: "nearest" });
}

// What is typed is saved by itself, a moment after the last key. When somebody else was
// first nothing is overwritten: the text stays here, and the button shows both.
const PAUSE_MS = 1500;
const savers = [...document.querySelectorAll("form[data-autosave]")].map(saveByItself);

// Another button or a link, pressed while something waits to be saved: that goes first.
// What could not be saved is asked about as it is lost.
function saveFirst(event, target, goOn) {
  const saver = savers.find((one) => one.isBusy() && !one.form.contains(target));
  if (!saver || event.defaultPrevented) return;
  event.preventDefault();
  saver.saveNow().then(goOn);
}
document.addEventListener("submit", (event) => {
  const submitter = event.submitter;
  saveFirst(event, event.target, () => event.target.requestSubmit(submitter));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  saveFirst(event, link, () => link.click());
});

// Returns how to have it saved at once.
function saveByItself(form) {
  const place = form.querySelector("[data-saved]");
  let waiting, saving, isOver;

  function tell(words, isBad) {
    say(place, words);
    place.classList.toggle("bad", isBad);
  }

  async function save() {
    const fields = new FormData(form);
    fields.set("autosave", "yes");
    for (const file of form.querySelectorAll("input[type=file]")) fields.delete(file.name);
    // A chosen picture goes with the button only.
    isDirty = [...form.querySelectorAll("input[type=file]")].some((file) => file.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      const news = await answer.json();
      if (answer.ok) {
        form.elements.seen.value = news.seen;
        if (news.saves_at) {
          form.action = news.saves_at;
          history.replaceState(null, "", news.page); // loaded anew it is there again
        }
        const back = form.querySelector("[data-saved-says]");
        if (back) back.textContent = back.dataset.savedSays;
      } else {
        isDirty = true;
        isOver = answer.status === 409;
      }
      tell(news.said, !answer.ok);
    } catch {
      isDirty = true; // away for a moment: the button still saves
    }
  }

  // One after the other: each stands on what the one before it saved.
  function saveNext() {
    clearTimeout(waiting);
    waiting = null;
    const mine = Promise.resolve(saving).then(() => (isOver ? undefined : save()));
    saving = mine;
    mine.finally(() => {
      if (saving === mine) saving = null;
    });
    return mine;
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    if (!isOver) waiting = setTimeout(saveNext, PAUSE_MS);
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(waiting);
    waiting = null;
    if (!saving) return;
    event.preventDefault(); // what is on its way decides what this stands on
    const submitter = event.submitter; // no destructuring: the build knows none for Safari 14
    saving.then(() => form.requestSubmit(submitter));
  });
  return {
    form,
    isBusy: () => !!(waiting || saving),
    saveNow: () => (waiting ? saveNext() : saving),
  };
}

// The progress of a mailing: the bar moves, and a change of state loads the page anew
// for its other buttons.
const going = document.querySelector("[data-progress]");
const LOOK_MS = 1500;
const SAY_EVERY = 25; // percent, for who listens

async function look() {
  let next = LOOK_MS;
  try {
    const answer = await fetch(going.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const news = await answer.json();
    if (news.state !== going.dataset.state || (news.prepared && !document.querySelector("#progress"))) {
      location.reload();
      return;
    }
    show(news);
    if (news.over) return;
  } catch {
    next = LOOK_MS * 4; // away for a moment: look less often
  }
  setTimeout(look, next);
}

let said = 0;
function show(news) {
  for (const place of document.querySelectorAll("[data-say]")) {
    say(place, news.said[place.dataset.say]);
  }
  for (const room of document.querySelectorAll("[data-show]")) {
    room.hidden = !news.said[room.dataset.show];
  }
  const bar = document.querySelector("#progress");
  if (!bar) return;
  bar.max = news.prepared;
  bar.value = news.done;
  document.querySelector("#outcomes").replaceChildren(...news.counts.map(row));
  if (news.percent >= said + SAY_EVERY) {
    said = news.percent - (news.percent % SAY_EVERY);
    document.querySelector("#said").textContent = news.said.counts;
  }
}

// Only what changed: a text that is set anew is read aloud anew.
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

// A state in words, and how many are in it.
function row(count) {
  const line = document.createElement("tr");
  line.className = "part";
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = count[0];
  const number = document.createElement("td");
  number.className = "number";
  number.textContent = count[1];
  line.append(head, number);
  return line;
}

if (going && !["sent", "cancelled"].includes(going.dataset.state)) setTimeout(look, LOOK_MS);

// A rule is counted as it changes.
const rule = document.querySelector("form[data-count]");
const THINK_MS = 250;
let asked = 0;
let waiting;

async function count() {
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(rule));
  try {
    const answer = await fetch(`${rule.dataset.count}?${query}`, { headers: { Accept: "application/json" } });
    const found = await answer.json();
    if (mine !== asked) return; // changed again meanwhile
    const said = found.error ? { words: found.error, nl: "", en: "" } : { words: found.words, ...found.say };
    for (const place of document.querySelectorAll("[data-counted]")) {
      say(place, said[place.dataset.counted]);
    }
  } catch {
    // Away for a moment: the button still counts.
  }
}

rule?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, THINK_MS);
});
