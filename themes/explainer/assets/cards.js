// Cards for citations and terms; loaded by site.js when the page stands. Must never hold words of its own: what a card
// shows is copied from the place that its link leads to, in this page or, fetched when asked for, in another.
const root = document.documentElement, t = document.body.dataset;
document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: t.cardsCss }));
const $ = (s, in_ = document) => in_.querySelector(s), $$ = (s, in_ = document) => [...in_.querySelectorAll(s)];
const el = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e; };

// Cards (WCAG 1.4.13): open on hover, focus and tap; Escape closes; the pointer can enter; nothing else closes
// them but leaving; they never cover the mark. What they show is copied from the reference in this page. One that focus
// alone has opened is no stop on the way from mark to mark: it is entered by the key ↓, or by a press on it.
let card, mark, timer, hold, under;
const inner = () => $$("a,button", card);
// The card itself too: what scrolls is a stop where nothing in it is one.
const shut = () => { card.dataset.shut = ""; [card, ...inner()].forEach((e) => { e.tabIndex = -1; }); };
const unshut = () => { delete card.dataset.shut; [card, ...inner()].forEach((e) => e.removeAttribute("tabindex")); };
const close = (back) => {
  clearTimeout(timer);
  if (!card) return;
  const m = mark, inside = card.contains(document.activeElement);
  card.remove();
  delete m.dataset.open;
  card = mark = null;
  if (back && inside) { hold = m; m.focus(); hold = null; }
};
// The page that an address is in: this one, or another of this site, read once.
const pages = new Map();
const page = async (url) => {
  if (url.pathname === location.pathname) return document;
  if (!pages.has(url.pathname)) pages.set(url.pathname, fetch(url.pathname).then(async (r) => {
    if (!r.ok) throw r;
    return new DOMParser().parseFromString(await r.text(), "text/html");
  }).catch(() => { pages.delete(url.pathname); }));
  return pages.get(url.pathname);
};
const entry_of = async (link) => (await page(link))?.getElementById(decodeURIComponent(link.hash.slice(1)));
// A copy that can stand anywhere: no ids, no links back, addresses in full.
const copy = (node, from) => {
  const c = document.importNode(node, true);
  [c, ...$$("[id]", c)].forEach((e) => e.removeAttribute("id"));
  $$(".uses", c).forEach((e) => e.remove());
  $$("a[href]", c).forEach((a) => { a.href = new URL(a.getAttribute("href"), new URL(from.href, document.baseURI)); });
  return c;
};
const fill = async (m) => {
  const entry = await entry_of(m), out = el("div");
  if (!entry) return;
  if (m.matches(".term")) {
    out.append(el("p", "label", m.textContent), copy($("dd p", entry.parentElement), m));
    return out;
  }
  const ref = entry.closest(".ref");
  if (!ref) return;
  const text = $(".ref-text", ref), list = el("ul"), meta = $(":scope>.ref-meta", ref);
  if (text) out.append(copy(text, m));
  if (entry !== ref) {
    const item = copy(entry, m), at = m.id && $(`.uses a[href="#${CSS.escape(m.id)}"]+.at`, entry);
    // The place that this very mark points at, which a numeric style may leave out of the mark.
    if (at) $(".q-meta", item)?.prepend(at.textContent.trim().slice(1, -1) + " · ");
    list.append(item);
    out.append(list);
  }
  if (meta) {
    const about = copy(meta, m), link = $("a", about), root = new URL(document.body.dataset.root, document.baseURI).pathname;
    // To this very quote on the page of its source.
    if (link && entry !== ref) link.hash = "source-" + new URL(m.href).pathname.slice(root.length).replaceAll("/", "-") + entry.id;
    out.append(about);
  }
  const to = el("p", "to"), a = el("a", "", t.tToRef);
  a.href = m.href;
  a.onclick = () => close();
  to.append(a);
  out.append(to);
  return out;
};
// Why a source is trusted stands on its page; it comes after the rest.
const reason = async (link, mine) => {
  const note = link && (await page(link))?.querySelector("#source-trust .note");
  if (!note || mine !== card) return;
  link.closest("p").after(el("p", "ref-why", note.textContent));
  place();
};
// Below the mark if it fits there, else above the whole passage, so that what the mark explains can be read beside it.
const place = () => {
  const r = mark.getClientRects()[0] || mark.getBoundingClientRect(), gap = 6, edge = 12;
  const below = innerHeight - r.bottom - gap - edge, whole = (mark.closest("p,li,td,dd") || mark).getBoundingClientRect(), above = whole.top - gap - edge;
  card.style.maxHeight = "none";
  const want = card.offsetHeight;
  under ??= want <= below || (want > above && below >= Math.min(above, 220));
  card.style.maxHeight = Math.max(120, under ? below : above) + "px";
  const h = card.offsetHeight, w = card.offsetWidth, vw = root.clientWidth;
  card.style.left = scrollX + Math.max(edge, Math.min(r.left - 24, vw - w - edge)) + "px";
  card.style.top = scrollY + (under ? r.bottom + gap : whole.top - gap - h) + "px";
};
const anew = () => { under = null; if (card) place(); };
const open = async (m, byFocus) => {
  clearTimeout(timer);
  if (mark === m) return;
  close();
  mark = m;
  let made;
  try { made = await fill(m); } catch {}
  if (mark !== m) return;
  if (!made) { mark = null; return; }
  card = made;
  card.className = "cc";
  card.setAttribute("role", "group");
  card.setAttribute("aria-label", m.textContent);
  card.setAttribute("popover", "manual");
  const x = el("button", "close", "×");
  x.type = "button";
  x.setAttribute("aria-label", t.tClose);
  x.onclick = () => close(true);
  card.append(x);
  card.onmouseenter = () => clearTimeout(timer);
  card.onmouseleave = () => later();
  card.onpointerdown = unshut;
  if (byFocus) shut();
  m.after(card);
  m.dataset.open = "";
  card.showPopover?.();
  anew();
  // A link that leads here gives the focus first and scrolls then.
  if (byFocus) {
    requestAnimationFrame(anew);
    addEventListener("scrollend", anew, { once: true, signal: AbortSignal.timeout(1000) });
  }
  reason($(".ref-meta a", card), card);
};
const later = () => { clearTimeout(timer); timer = setTimeout(() => { if (card && !card.matches(":focus-within") && document.activeElement !== mark) close(); }, 350); };
const marks = ".cite,.src,.term";
const at = (e) => e.target.closest?.(marks);
document.addEventListener("mouseover", (e) => {
  const m = at(e);
  if (m && m === mark) clearTimeout(timer);
  else if (m && !touched) { clearTimeout(timer); timer = setTimeout(() => open(m), 120); }
});
document.addEventListener("mouseout", (e) => { if (at(e)) { clearTimeout(timer); later(); } });
document.addEventListener("focusin", (e) => {
  const m = at(e);
  if (m && m !== hold && m.matches(":focus-visible")) open(m, true);
  else if (card && !card.contains(e.target) && e.target !== mark) close();
});
let touched = false, wasOpen = false;
document.addEventListener("pointerdown", (e) => {
  touched = e.pointerType === "touch";
  const m = at(e);
  wasOpen = m && m === mark;
  if (card && !m && !card.contains(e.target)) close();
});
document.addEventListener("click", (e) => {
  const m = at(e);
  if (!m) return;
  if (touched && !wasOpen) { e.preventDefault(); open(m); } else close();
});
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") close(true);
  else if (e.key === "ArrowDown" && card && e.target === mark && !e.ctrlKey && !e.metaKey && !e.altKey && !e.shiftKey) {
    e.preventDefault();
    unshut();
    inner()[0].focus();
  }
});
addEventListener("resize", anew);
addEventListener("beforeprint", () => close());
