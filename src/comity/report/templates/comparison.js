filterPage({
  entries: [...document.querySelectorAll("details.pair")],
  chosen: (pair, wanted) =>
    (!wanted.relation || pair.dataset.relation === wanted.relation) &&
    (!wanted.topic || pair.dataset.topics.split(" ").includes(wanted.topic)) &&
    (!wanted.standard || pair.dataset.standards.split(" ").includes(wanted.standard)),
  tidy: () => {
    for (const section of document.querySelectorAll("section.of-relation")) {
      section.hidden = section.querySelector("details.pair:not([hidden])") === null;
    }
  },
  filters: "a[data-search], a[data-relation], a[data-topic]",
  list: "pairs",
  focus: () => "search",
  folded: "details:not([open]):not([hidden])",
});
