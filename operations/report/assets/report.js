"use strict";

// Runs in the report itself. Without it everything is still there and readable; it adds the choice of colours, the
// filters, and opening what a link leads to.
(() => {
  const root = document.documentElement;

  const themes = ["auto", "light", "dark"];
  const themeButton = document.getElementById("theme");
  const show = (theme) => {
    if (theme === "auto") root.removeAttribute("data-theme");
    else root.dataset.theme = theme;
    themeButton.textContent = `◐ ${theme}`;
    themeButton.setAttribute("aria-label", `Colours: ${theme}`);
  };
  let theme = "auto";
  try {
    theme = themes.find((each) => each === localStorage.getItem("prism-report-theme")) ?? "auto";
  } catch {
    // Where nothing may be kept, the choice lasts as long as the page.
  }
  show(theme);
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    show(theme);
    try {
      localStorage.setItem("prism-report-theme", theme);
    } catch {
      // As above.
    }
  });

  for (const form of document.querySelectorAll("form[data-filters]")) {
    const entries = [...document.querySelectorAll(`#${form.dataset.filters} [data-text]`)];
    const groups = [...document.querySelectorAll(`#${form.dataset.filters} [data-group]`)];
    const output = form.querySelector("output");
    const apply = () => {
      const wanted = new FormData(form);
      const words = String(wanted.get("text") ?? "")
        .toLowerCase()
        .split(/\s+/)
        .filter(Boolean);
      let shown = 0;
      for (const entry of entries) {
        const fits =
          words.every((word) => entry.dataset.text.includes(word)) &&
          [...wanted].every(([name, value]) => name === "text" || value === "" || entry.dataset[name] === value);
        entry.hidden = !fits;
        if (fits) shown++;
      }
      for (const group of groups) group.hidden = !group.querySelector("[data-text]:not([hidden])");
      output.textContent = `${shown} of ${entries.length} shown`;
    };
    form.hidden = false;
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(apply));
    form.apply = apply;
    apply();
  }

  /** Opens what the address leads to, and clears a filter that hides it. */
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const entry = target.closest("[data-text]");
    if (entry?.hidden || target.closest("[data-group]")?.hidden) {
      const list = target.closest("[data-list]");
      const form = list && document.querySelector(`form[data-filters="${list.id}"]`);
      form?.reset();
      form?.apply();
    }
    for (let details = target.closest("details"); details; details = details.parentElement.closest("details")) {
      details.open = true;
    }
    target.scrollIntoView();
    target.querySelector(":scope > summary")?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  // A second click on the same link changes no address.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const href = link?.getAttribute("href");
    if (href?.startsWith("#") && href === location.hash) reveal();
  });
  reveal();

  const links = new Map([...document.querySelectorAll(".bar li a")].map((link) => [link.hash.slice(1), link]));
  const observer = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        if (isIntersecting) links.get(target.id)?.setAttribute("aria-current", "true");
        else links.get(target.id)?.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-20% 0px -75% 0px" },
  );
  for (const section of document.querySelectorAll("main > section[id]")) observer.observe(section);
})();
