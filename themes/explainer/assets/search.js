// Search: what it needs is fetched on first use. The small index is searched here: pages with all words come first, then
// those with most of them; a hit in a title counts most, and what the site itself says comes before the titles of its
// sources. A site with Pagefind asks that, and the small index only where Pagefind does not run.
(() => {
  const form = document.querySelector("[data-search-page]");
  if (!form) return;
  const input = form.querySelector("input"), list = form.querySelector(".results"), status = form.querySelector("[role=status]"), index = document.getElementById("page-index")?.closest("section");
  const root = document.body.dataset.root, MOST = 40;
  /** Letters without accents, in lower case, with the marks that keyboards have. */
  const fold = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u2018\u2019\u02bc]/g, "'").replace(/[\u201c\u201d]/g, '"').replace(/[\u2010-\u2014\u2212]/g, "-").toLowerCase();
  const german = document.documentElement.lang.startsWith("de");
  /** What finds a word at its beginning, in German also inside a longer one: digits stand alone or in groups, as in 10,000. */
  const finder = (word) => new RegExp((german ? "" : "(?<![\\p{L}\\p{N}])") + word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\d(?=\d)/g, "$&(?:[,.'\\s](?=\\d{3}))?"), "gu");
  // Words that say little. One language at a time: "war" and "die" say much in the other.
  const idle = new Set((german
    ? "aber als am an auf aus bei das dem den der des die ein eine einem einen einer es fur hat haben ich im in ist mit nach oder sich sie sind und viel viele vom von vor war waren warum was welche wer wie wird wo zu zum zur"
    : "a about an and any are as at be been by can could did do does for from had has have how i if in into is it its many me much of on or that the their them there they this to was we were what when where which who why will with would you").split(" "));
  /** The words asked for, without signs around them, and without idle ones if others are left. 10 000 is one. */
  const split = (asked) => {
    const all = fold(asked).replace(/(?<!\d)\d{1,3}(?:[,.'\s]\d{3})+(?!\d)/g, (n) => n.replace(/\D/g, "")).split(/\s+/).map((w) => w.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")).filter(Boolean);
    const telling = all.filter((w) => !idle.has(w));
    return [...new Set(telling.length ? telling : all)];
  };
  /** Whether one letter more, less or other makes `b` of `a`. */
  const near = (a, b) => {
    if (a === b || Math.abs(a.length - b.length) > 1) return false;
    let i = 0;
    while (a[i] === b[i]) i++;
    const [x, y] = [a.slice(i), b.slice(i)];
    return x.slice(1) === y.slice(1) || x === y.slice(1) || x.slice(1) === y;
  };
  const el = (tag, cls, ...inside) => { const e = document.createElement(tag); if (cls) e.className = cls; e.append(...inside); return e; };

  // The site's own pages stand in the list that the page has without scripts; all else in the index is a source.
  const own = new Set([...document.querySelectorAll("main .index a")].map((a) => a.getAttribute("href")));
  const has = (text, word) => text.search(word) >= 0;
  const count = (text, word, most) => { let n = 0; for (const _ of text.matchAll(word)) if (++n === most) break; return n; };
  // The small index. It comes packed; a host may have unpacked it on the way.
  let pages;
  const load = () => (pages ??= fetch(root + "search-index.json.gz")
    .then(async (r) => {
      if (!r.ok) throw r;
      const bytes = new Uint8Array(await r.arrayBuffer()), packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
      return new Response(packed ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")) : bytes).json();
    })
    .then((all) => all.map((p) => {
      const parts = (p.at || []).filter(([, , id]) => !id.startsWith("claim-")).map(([start, n]) => ({ start, name: fold(p.text.slice(start, start + n)) }));
      return { ...p, own: own.has(root + p.path), hay: fold(p.text), head: fold(p.title), part: fold(p.section || ""), parts };
    }))
    .catch((e) => { pages = null; throw e; }));
  /** A text with the words marked. */
  const stress = (text, any) => {
    const out = [], folded = fold(text);
    let i = 0;
    if (folded.length === text.length) for (const { 0: { length }, index } of folded.matchAll(any)) {
      out.push(text.slice(i, index), el("mark", "", text.slice(index, index + length)));
      i = index + length;
    }
    return [...out, text.slice(i)];
  };
  // Each word of the index once; needed only where a word is not found.
  let known;
  const alike = (word, all) => {
    if (!/^\p{L}{4,}$/u.test(word)) return [];
    known ??= [...new Set(all.flatMap((p) => `${p.head} ${p.part} ${p.hay}`.match(/\p{L}{3,}/gu) || []))];
    return known.filter((w) => near(word, w));
  };
  /** The passage with most of the words, or of the part whose name was asked for, its words marked, and the part it stands
      in. It ends where that part ends, and between words. */
  const passage = (p, words) => {
    const text = p.text, any = new RegExp(words.map((w) => w.source).join("|"), "gu");
    // Folding may change lengths: then the passage is the beginning.
    const hits = p.hay.length === text.length ? words.flatMap((w, i) => [...p.hay.matchAll(w)].slice(0, 99).map((m) => [m.index, i])).sort((a, b) => a[0] - b[0]) : [];
    let first = hits.length ? p.parts.find(({ name }) => words.every((w) => has(name, w)))?.start ?? -1 : -1;
    if (first < 0) for (let k = 0, most = 0; k < hits.length; k++) {
      const n = new Set(hits.slice(k, k + 30).filter(([at]) => at < hits[k][0] + 150).map(([, i]) => i)).size;
      if (n > most) [most, first] = [n, hits[k][0]];
    }
    const hit = Math.max(0, first), parts = first < 0 ? [] : p.at || [], here = parts.filter(([start]) => start <= hit).pop();
    const end = parts.find(([start]) => start > hit)?.[0] ?? text.length, named = here ? here[0] + here[1] : 0;
    // A heading stands above the passage; a record is the passage itself.
    const low = here && named + 1 >= end ? here[0] : named, from = Math.max(low, hit - 120, hit > 70 ? text.lastIndexOf(" ", hit - 60) + 1 : 0);
    const space = text.lastIndexOf(" ", from + 220), to = end <= from + 220 ? end : space > hit ? space : from + 220;
    return { id: here?.[2], heading: here && low === named ? stress(text.slice(here[0], named), any) : [], out: [from > low ? "… " : "", ...stress(text.slice(from, to).trim(), any), to < end ? " …" : ""] };
  };
  const small = async (asked) => {
    const all = await load(), places = (p, w) => (has(p.head, w) ? 8 : 0) + (p.parts.some(({ name }) => has(name, w)) ? 6 : 0) + (has(p.part, w) ? 4 : 0) + count(p.hay, w, 4);
    const words = split(asked).map((word) => {
      const w = finder(word), like = all.some((p) => has(p.hay, w) || has(p.head, w) || has(p.part, w)) ? [] : alike(word, all);
      return like.length ? new RegExp(like.map((l) => finder(l).source).join("|"), "gu") : w;
    });
    const found = [], some = [];
    for (const p of all) {
      const hits = words.map((w) => places(p, w)).filter(Boolean), one = { p, n: hits.length, score: hits.reduce((a, b) => a + b, 0) };
      if (one.n && one.n === words.length) found.push(one);
      else if (one.n > words.length / 2) some.push(one);
    }
    const best = (a, b) => b.p.own - a.p.own || b.n - a.n || b.score - a.score;
    found.sort(best);
    // Pages with most of the words help only where few have all.
    if (found.length < 5) found.push(...some.sort(best));
    return { n: found.length, shown: found.slice(0, MOST).map(({ p }) => {
      const { out, id, heading } = passage(p, words);
      return { path: p.path + (id ? "#" + id : ""), title: p.title, where: [p.section ?? "", p.section && heading.length ? " › " : "", ...heading], out };
    }) };
  };

  // Pagefind gives marked HTML; only its marks are kept.
  let engine;
  const marked = (html) => [...new DOMParser().parseFromString(html, "text/html").body.childNodes].map((n) => n.nodeName === "MARK" ? el("mark", "", n.textContent) : n.textContent);
  const large = async (asked) => {
    engine ??= import(new URL(root + "pagefind/pagefind.js", document.baseURI)).then(async (p) => {
      await p.options({ baseUrl: new URL(root, document.baseURI).pathname, excerptLength: 30 });
      return p;
    });
    const { results } = await (await engine).search(asked), data = await Promise.all(results.slice(0, MOST).map((r) => r.data()));
    return { n: results.length, shown: data.map((d) => {
      const best = d.sub_results?.toSorted((a, b) => b.locations.length - a.locations.length)[0] ?? d;
      return { url: best.url, title: d.meta.title, where: best.title === d.meta.title ? [] : [best.title], out: marked(best.excerpt) };
    }) };
  };
  const search = async (asked) => {
    if (form.dataset.searchPage === "pagefind") try { return await large(asked); } catch {}
    return small(asked);
  };

  let turn = 0;
  const run = async () => {
    const mine = ++turn, asked = input.value.trim();
    history.replaceState(null, "", asked ? "?q=" + encodeURIComponent(asked) : location.pathname);
    if (!asked) { list.replaceChildren(); list.hidden = true; status.textContent = ""; if (index) index.hidden = false; return; }
    let found;
    try { found = await search(asked); } catch { return; }
    if (mine !== turn) return;
    list.replaceChildren(...found.shown.map((r) => {
      const a = el("a", "", r.title);
      a.href = r.url ?? root + r.path;
      const li = el("li", "", a);
      if (r.where.some(Boolean)) li.append(el("p", "where", ...r.where));
      li.append(el("p", "meta", ...r.out));
      return li;
    }));
    list.hidden = !found.n;
    status.textContent = found.n === 0 ? status.dataset.none : (found.n === 1 ? status.dataset.one : status.dataset.other).replace("{n}", found.n);
    if (index) index.hidden = found.n > 0;
  };
  let timer;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 120); });
  if (form.dataset.searchPage !== "pagefind") input.addEventListener("focus", () => load().catch(() => {}), { once: true });
  form.addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); run(); });
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; run(); }
  if (location.hash === "#q" || asked) input.focus();
})();
