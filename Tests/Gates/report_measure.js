// Measures the page in the frame and writes what is wrong with it into #result: "ok N texts" where nothing is.
"use strict";
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
    const faults = [];
    const page = frame.contentDocument;
    const view = frame.contentWindow;
    const width = page.documentElement.clientWidth;
    const all = (selector) => [...page.querySelectorAll(selector)];
    const shown = (node) => node.checkVisibility();
    const place = (node) => `${node.localName}${node.id && "#" + node.id} “${node.textContent.trim().slice(0, 30)}”`;

    for (const folded of all("details")) folded.open = true;

    // Nothing but what may scroll by itself is wider than the screen.
    if (page.documentElement.scrollWidth > width) faults.push(`wider than ${width}: ${page.documentElement.scrollWidth}`);
    for (const node of all("body *")) {
        if (node.closest(".scroll, pre, .hidden, .skip, svg") || !shown(node)) continue;
        if (node.getBoundingClientRect().right > width + 1) faults.push(`wider than ${width}: ${place(node)}`);
    }

    // Text against the ground that it stands on, by WCAG 2: 4.5 to 1, or 3 to 1 where it is large.
    const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const parse = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
    const ground = (node) => {
        for (; node; node = node.parentElement) {
            const color = parse(view.getComputedStyle(node).backgroundColor);
            if (color.length < 4 || color[3] === 1) return color;
            if (color[3] > 0) faults.push(`half a ground: ${place(node)}`);
        }
        return [255, 255, 255];
    };
    let texts = 0;
    for (const node of all("body *")) {
        const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
        if (!own || !shown(node) || node.closest("svg, .hidden")) continue;
        texts += 1;
        const style = view.getComputedStyle(node);
        const [light, dark] = [luminance(parse(style.color)), luminance(ground(node))].sort((a, b) => b - a);
        const size = parseFloat(style.fontSize);
        const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
        const contrast = (light + 0.05) / (dark + 0.05);
        if (contrast < needed) faults.push(`contrast ${contrast.toFixed(2)}: ${place(node)}`);
        if (size < 11) faults.push(`text of ${size} px: ${place(node)}`);
    }

    // Nothing out of a file turns the direction of the text behind it.
    for (const node of all("body *"))
        for (const child of node.childNodes)
            if (child.nodeType === 3 && /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(child.data)) faults.push(`turns text: ${place(node)}`);
    // Each series that the legend of a page names is drawn.
    for (const path of all(".area .line")) if (path.getTotalLength() === 0) faults.push(`no curve: ${path.getAttribute("class")}`);

    // Landmarks, headings and names.
    for (const [selector, count] of [["h1", 1], ["main", 1], ["body > header", 1], ["nav[aria-label]", 1], ["footer", 1]])
        if (all(selector).length !== count) faults.push(`${all(selector).length} × ${selector}`);
    let level = 0;
    for (const heading of all("h1, h2, h3, h4, h5, h6")) {
        const next = Number(heading.localName[1]);
        if (next > level + 1) faults.push(`heading skips from ${level} to ${next}: ${place(heading)}`);
        level = next;
    }
    const ids = all("[id]").map((node) => node.id);
    for (const id of ids.filter((id, index) => ids.indexOf(id) !== index)) faults.push(`duplicate id ${id}`);
    for (const link of all("a[href]"))
        if (!page.getElementById(link.getAttribute("href").slice(1))) faults.push(`${link.getAttribute("href")} leads nowhere`);
    for (const node of all("[role=region], [role=img], nav, .chips, .way"))
        if (!node.getAttribute("aria-label")) faults.push(`no name: ${place(node)}`);
    for (const node of all("[aria-labelledby]"))
        if (!page.getElementById(node.getAttribute("aria-labelledby"))) faults.push(`no name: ${place(node)}`);
    for (const node of all("svg"))
        if (node.getAttribute("role") !== "img" && node.getAttribute("aria-hidden") !== "true") faults.push("an svg has no name");
    for (const table of all("table")) {
        if (!table.caption) faults.push(`no caption: ${place(table)}`);
        for (const cell of table.querySelectorAll("th")) if (!cell.scope) faults.push(`no header: ${place(cell)}`);
    }

    // The keyboard: what scrolls can be reached, the skip link comes first, and what has the focus shows it.
    for (const node of all(".scroll, pre"))
        if (node.tabIndex !== 0) faults.push(`scrolls without the keyboard: ${place(node)}`);
    const stops = all("a[href], summary, [tabindex='0']").filter(shown);
    if (!stops[0].classList.contains("skip")) faults.push("the skip link is not the first stop");
    if (all("[tabindex]").some((node) => node.tabIndex > 0)) faults.push("a tabindex disturbs the order of the focus");
    for (const stop of stops) {
        stop.focus({ focusVisible: true });
        if (page.activeElement !== stop) faults.push(`takes no focus: ${place(stop)}`);
        else if (parseFloat(view.getComputedStyle(stop).outlineWidth) < 2) faults.push(`focus does not show: ${place(stop)}`);
    }

    const loaded = view.performance.getEntriesByType("resource");
    for (const entry of loaded) faults.push(`loads ${entry.name}`);
    for (const node of all("script, img, link, iframe, object, embed, form, [onclick], [onload]")) faults.push(`loads or runs: ${place(node)}`);

    const result = document.getElementById("result");
    result.textContent = faults.length ? [...new Set(faults)].slice(0, 12).join("\n") : `ok ${texts} texts`;
});
