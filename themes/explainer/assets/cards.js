// Cards for citations and terms; loaded by site.js when the page stands.
const root = document.documentElement, t = document.body.dataset;
const $ = (s, in_ = document) => in_.querySelector(s), $$ = (s, in_ = document) => [...in_.querySelectorAll(s)];
const el = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e; };

// Cards (WCAG 1.4.13): open on hover, focus and tap; Escape closes; the pointer can enter; nothing else closes
// them but leaving; they never cover the mark. What they show is copied from the reference in this page.
let card, mark, timer, hold;
const close = (back) => {
  clearTimeout(timer);
  if (!card) return;
  const m = mark, inside = card.contains(document.activeElement);
  card.remove();
  delete m.dataset.open;
  card = mark = null;
  if (back && inside) { hold = m; m.focus(); hold = null; }
};
const copy = (node) => {
  const c = node.cloneNode(true);
  [c, ...$$("[id]", c)].forEach((e) => e.removeAttribute("id"));
  $$(".uses", c).forEach((e) => e.remove());
  return c;
};
const fill = async (m) => {
  const out = el("div");
  if (m.matches(".term")) {
    out.append(el("p", "label", m.textContent), el("p", "", m.dataset.definition));
    return out;
  }
  const entry = document.getElementById(decodeURIComponent(m.hash.slice(1))), ref = entry?.closest(".ref");
  if (!ref) return;
  const text = $(".ref-text", ref), list = el("ul");
  if (text) out.append(copy(text));
  if (entry !== ref) {
    const item = copy(entry), at = $(`.uses a[href="#${CSS.escape(m.id)}"]+.at`, entry);
    // The place that this very mark points at, which a numeric style may leave out of the mark.
    if (at) $(".q-meta", item)?.prepend(at.textContent.trim().slice(1, -1) + " · ");
    list.append(item);
    out.append(list);
  }
  const meta = $(":scope>.ref-meta", ref), why = $(":scope>.ref-more .ref-why", ref);
  if (meta) out.append(copy(meta));
  if (why) out.append(copy(why));
  const to = el("p", "to"), a = el("a", "", t.tToRef);
  a.href = m.hash;
  a.onclick = () => close();
  to.append(a);
  out.append(to);
  return out;
};
// Below the mark wherever that can be read: what the mark explains stands before it.
const place = () => {
  const r = mark.getClientRects()[0] || mark.getBoundingClientRect(), gap = 6, edge = 12;
  const below = innerHeight - r.bottom - gap - edge, whole = (mark.closest("p,li,td,dd") || mark).getBoundingClientRect(), above = whole.top - gap - edge;
  card.style.maxHeight = "none";
  const want = card.offsetHeight, under = want <= below || below >= 220 || below >= above;
  card.style.maxHeight = Math.max(120, under ? below : above) + "px";
  const h = card.offsetHeight, w = card.offsetWidth, vw = root.clientWidth;
  card.style.left = scrollX + Math.max(edge, Math.min(r.left - 24, vw - w - edge)) + "px";
  card.style.top = scrollY + (under ? r.bottom + gap : whole.top - gap - h) + "px";
};
const open = async (m) => {
  clearTimeout(timer);
  if (mark === m) return;
  close();
  mark = m;
  let inner;
  try { inner = await fill(m); } catch {}
  if (mark !== m) return;
  if (!inner) { mark = null; return; }
  card = inner;
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
  m.after(card);
  m.dataset.open = "";
  card.showPopover?.();
  place();
};
const later = () => { clearTimeout(timer); timer = setTimeout(() => { if (card && !card.matches(":focus-within") && document.activeElement !== mark) close(); }, 350); };
const marks = ".cite,.term";
const at = (e) => e.target.closest?.(marks);
document.addEventListener("mouseover", (e) => {
  const m = at(e);
  if (m && m === mark) clearTimeout(timer);
  else if (m && !touched) { clearTimeout(timer); timer = setTimeout(() => open(m), 120); }
});
document.addEventListener("mouseout", (e) => { if (at(e)) { clearTimeout(timer); later(); } });
document.addEventListener("focusin", (e) => {
  const m = at(e);
  if (m && m !== hold && m.matches(":focus-visible")) open(m);
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
document.addEventListener("keydown", (e) => { if (e.key === "Escape") close(true); });
addEventListener("resize", () => card && place());
addEventListener("beforeprint", () => close());
