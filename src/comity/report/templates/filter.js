// Enhancement only: everything on the page can be read without it.
"use strict";

/* A form that filters entries of the page.
   entries: what is filtered; chosen(entry, wanted): whether it fits what is chosen beside the search;
   text(entry): what the search looks through, beside the id;
   tidy(filtering): hides what has become empty; filters: the links that set the form; list: where they lead;
   focus(link): the field that such a link has filled; folded: what is opened for printing. */
const filterPage = ({ entries, chosen, text = (entry) => entry.textContent, tidy, filters, list, focus, folded }) => {
  const form = document.getElementById("filter");
  const output = form.querySelector("output");
  const haystacks = new Map();
  const haystack = (entry) => {
    if (!haystacks.has(entry)) haystacks.set(entry, (entry.id + " " + text(entry)).toLowerCase());
    return haystacks.get(entry);
  };

  const apply = () => {
    const wanted = Object.fromEntries(new FormData(form));
    const words = wanted.search.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const entry of entries) {
      const fits = chosen(entry, wanted) && words.every((word) => haystack(entry).includes(word));
      entry.hidden = !fits;
      shown += fits;
    }
    const filtering = Object.values(wanted).some((value) => value.trim());
    tidy(filtering);
    output.textContent = filtering
      ? output.dataset.template.replace("%s", shown).replace("%t", entries.length)
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
    const link = event.target.closest(filters);
    if (!link) return;
    event.preventDefault();
    set(link.dataset);
    document.getElementById(list).scrollIntoView();
    form.elements[focus(link)].focus({ preventScroll: true });
  });
  addEventListener("hashchange", reveal);
  reveal();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(folded)];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
};
