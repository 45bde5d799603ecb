// Listings: filter records by what they say of themselves, sort tables by a column. Both work on what is already in the page.
(() => {
  for (const form of document.querySelectorAll("form[data-filter]")) {
    const list = document.querySelector(form.dataset.filter), selects = [...form.querySelectorAll("select")], status = form.querySelector("[role=status]");
    if (!list) continue;
    const apply = () => {
      let n = 0;
      for (const item of list.querySelectorAll("[data-item]")) {
        // What all items of a group have in common, their group says.
        item.hidden = selects.some((s) => s.value !== "" && !item.closest(`[data-${s.name}]`).dataset[s.name].split(" ").includes(s.value));
        if (!item.hidden) n++;
      }
      for (const group of list.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-item]:not([hidden])");
      // What is hidden is no stop on the way: the contents leave it out.
      for (const a of document.querySelectorAll(".toc a[href^='#']")) a.parentElement.hidden = !!document.getElementById(decodeURIComponent(a.hash.slice(1)))?.closest("[data-group][hidden]");
      status.textContent = n === 0 ? form.dataset.none : (n === 1 ? form.dataset.one : form.dataset.other).replace("{n}", n);
    };
    form.addEventListener("change", apply);
    form.addEventListener("submit", (e) => e.preventDefault());
    // What a link leads to is shown, whatever was asked for.
    addEventListener("hashchange", () => {
      const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!at?.closest("[hidden]")) return;
      form.reset();
      apply();
      at.scrollIntoView();
    });
    if (selects.some((s) => s.value)) apply();
  }
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells], rows = table.tBodies[0], status = document.getElementById("sort-status");
    heads.forEach((th, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = th.textContent;
      th.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = th.getAttribute("aria-sort") === "ascending";
        heads.forEach((h) => h.removeAttribute("aria-sort"));
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => row.cells[i].dataset.v ?? row.cells[i].textContent.trim();
        [...rows.rows].sort((a, b) => value(a).localeCompare(value(b), document.documentElement.lang, { numeric: true }) * (down ? -1 : 1)).forEach((r) => rows.append(r));
        if (status) status.textContent = table.dataset.sorted.replace("{n}", button.textContent + (down ? " ↓" : " ↑"));
      });
    });
  }
})();
