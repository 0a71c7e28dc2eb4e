// Enhancement only: everything on the page can be read without it.
(() => {
  "use strict";
  const form = document.getElementById("filter");
  const output = form.querySelector("output");
  const clauses = [...document.querySelectorAll("details.clause")];
  const haystacks = new Map();
  const haystack = (clause) => {
    if (!haystacks.has(clause)) haystacks.set(clause, (clause.id + " " + clause.textContent).toLowerCase());
    return haystacks.get(clause);
  };

  const apply = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = ["verdict", "market", "topic"].filter((key) => wanted[key]);
    const filtering = words.length > 0 || chosen.length > 0;
    let shown = 0;
    for (const clause of clauses) {
      const fits =
        chosen.every((key) => clause.dataset[key] === wanted[key]) &&
        (words.length === 0 || words.every((word) => haystack(clause).includes(word)));
      clause.hidden = !fits;
      shown += fits;
    }
    for (const rest of document.querySelectorAll("details.rest")) {
      const found = rest.querySelector("details.clause:not([hidden])") !== null;
      rest.hidden = !found;
      rest.open = filtering && found;
    }
    for (const standard of document.querySelectorAll("section.standard")) {
      standard.hidden = standard.querySelector("details.clause:not([hidden])") === null;
    }
    output.textContent = filtering
      ? output.dataset.template.replace("%s", shown).replace("%t", clauses.length)
      : "";
  };

  const set = (values) => {
    form.reset();
    for (const [key, value] of Object.entries(values)) if (form.elements[key]) form.elements[key].value = value;
    apply();
  };

  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) set({});
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  };

  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-verdict], a[data-search]");
    if (!link) return;
    event.preventDefault();
    set(link.dataset);
    document.getElementById("clauses").scrollIntoView();
    form.elements[link.dataset.search ? "search" : "verdict"].focus({ preventScroll: true });
  });
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
})();
