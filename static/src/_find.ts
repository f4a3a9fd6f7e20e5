// Search as you type: the field of searches becomes a combobox (WAI-ARIA) over what the API finds. Without the API, or while it is slow, the field
// is what it was: a form that leads to the page of searches.

interface Answer { title: string; value: string; dataflow: string; key: string }
interface Hit { kind: string; id: string; name: string }
interface Found { answers?: Answer[]; hits?: Hit[] }
interface Choice { text: string; note: string; url: string }

const least = 2; // letters before anything is asked
const pause = 220; // milliseconds of no typing
const patience = 4000; // milliseconds after which an answer is no longer wanted
const most = 8;

const pages: Record<string, string> = { province: "/tinh/", dataflow: "/so-lieu/", series: "/so-lieu/", target: "/muc-tieu/", method: "/phuong-phap/" };

function choices(found: Found, lang: string): Choice[] {
  const tail = lang === "en" ? "?lang=en" : "";
  const out = (found.answers ?? []).slice(0, 3).map((a) => ({ text: a.value, note: a.title, url: `/so-lieu/${a.dataflow}/${a.key}${tail}` }));
  for (const h of found.hits ?? []) {
    if (pages[h.kind] && out.length < most) out.push({ text: h.name, note: "", url: pages[h.kind] + h.id + tail });
  }
  return out;
}

export function suggest(field: HTMLInputElement): void {
  const lang = document.documentElement.lang;
  const list = Object.assign(document.createElement("ul"), { id: field.id + "-goi-y", className: "suggest", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels?.[0]?.textContent ?? "");
  field.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, value);
  let chosen = -1;
  let timer = 0;
  let asking: AbortController | undefined;

  const close = () => {
    chosen = -1;
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const choose = (n: number) => {
    const options = Array.from(list.children) as HTMLElement[];
    chosen = n < -1 ? options.length - 1 : n >= options.length ? -1 : n;
    options.forEach((o, i) => o.setAttribute("aria-selected", String(i === chosen)));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    }
  };
  const show = (all: Choice[]) => {
    list.replaceChildren(...all.map((c, i) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${i}` });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = c.url;
      option.append(Object.assign(document.createElement("b"), { textContent: c.text }), c.note ? " " + c.note : "");
      return option;
    }));
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = all.length === 0;
    field.setAttribute("aria-expanded", String(all.length > 0));
  };
  const ask = async () => {
    asking?.abort();
    const words = field.value.trim();
    if (words.length < least) return close();
    const mine = new AbortController();
    asking = mine;
    const late = setTimeout(() => mine.abort(), patience);
    try {
      const answer = await fetch(`/api/v1/search?${new URLSearchParams({ q: words, limit: String(most), lang })}`, { signal: mine.signal });
      if (answer.ok && document.activeElement === field && field.value.trim() === words) show(choices(await answer.json() as Found, lang));
    } catch {
      if (asking === mine) close(); // it was slow or is not there: the form still searches
    } finally {
      clearTimeout(late);
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, pause);
  });
  field.addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      if (list.hidden) return;
      e.preventDefault();
      choose(chosen + (e.key === "ArrowDown" ? 1 : -1));
    } else if (e.key === "Escape" && !list.hidden) {
      e.preventDefault();
      close();
    }
  });
  field.form?.addEventListener("submit", (e) => {
    if (chosen < 0) return;
    e.preventDefault();
    location.assign((list.children[chosen] as HTMLElement).dataset.url ?? "");
  });
  list.addEventListener("pointerdown", (e) => e.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (e) => {
    const url = (e.target as HTMLElement).closest("li")?.dataset.url;
    if (url) location.assign(url);
  });
  field.addEventListener("blur", () => {
    clearTimeout(timer);
    asking?.abort();
    close();
  });
}
