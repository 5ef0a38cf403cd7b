// Looks at the dashboard of a server as a person would, in a browser without a window, and prints
// what it saw as JSON. See tests/dev/test_dashboard.py, which judges it.
//
// usage: node dashboard.mjs CHROMIUM URL [PICTURES-FOLDER]

import {chromium} from "playwright-core";

const [executablePath, url, pictures] = process.argv.slice(2);
const browser = await chromium.launch({executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server"]});
const seen = {errors: [], outside: [], requests: []};

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", message => message.type() === "error" && seen.errors.push(message.text()));
  page.on("pageerror", error => seen.errors.push(String(error)));
  page.on("request", request => {
    seen.requests.push(request.url());
    if (new URL(request.url()).origin !== new URL(url).origin) seen.outside.push(request.url());
  });
  await page.goto(url);
  await page.waitForFunction(() => document.getElementById("state-text").textContent === "ready", null, {timeout: 20000});
  return page;
}

const textOf = (page, selector) => page.locator(selector).innerText();

// What it shows, with the keyboard alone.
const page = await open({viewport: {width: 1280, height: 900}, colorScheme: "light", reducedMotion: "reduce"});
await page.waitForFunction(() => document.querySelectorAll("#durations tr").length >= 3 && document.querySelectorAll("#rate-chart polyline").length === 4);
await page.waitForFunction(() => document.querySelector("#events li:not(.empty)"), null, {timeout: 20000});
seen.durations = await textOf(page, "#durations");
seen.tree = await textOf(page, "#tree");
seen.events = await textOf(page, "#events");
seen.slow = await textOf(page, "#slow");
seen.stalls = await textOf(page, "#stalls");
seen.cache = await textOf(page, "#cache");
seen.connections = await textOf(page, "#connections");
seen.focused = [];
for (let i = 0; i < 40; ++i) {
  await page.keyboard.press("Tab");
  const at = await page.evaluate(() => {
    const node = document.activeElement;
    const style = getComputedStyle(node);
    return [node.id || node.className || node.tagName, style.outlineStyle, node.textContent.slice(0, 30)];
  });
  if (at[0] === "BODY") break;
  seen.focused.push(at);
  if (at[0] === "prefix") {
    await page.keyboard.type("city/");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => [...document.querySelectorAll("#keys code")].some(node => node.textContent.startsWith("city/")));
  }
}
seen.keys = await textOf(page, "#keys").catch(() => "");
// The first key, by keyboard.
if (await page.locator("#keys button").count() > 0) {
  await page.locator("#keys button").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#value pre"));
  seen.value = await textOf(page, "#value pre");
}
const details = page.locator("#slow details").first();
if (await details.count() > 0) {
  await details.locator("summary").focus();
  await page.keyboard.press("Enter");
  seen.opened = await details.evaluate(node => node.open);
}

// Contrast of all text with what is behind it, in both schemes; nothing is wider than a phone.
async function contrasts(view) {
  return view.evaluate(() => {
    const parse = text => text.match(/[\d.]+/g).map(Number);
    const luminance = rgb => {
      const [r, g, b] = rgb.slice(0, 3).map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = node => {
      for (; node; node = node.parentElement) {
        const color = parse(getComputedStyle(node).backgroundColor);
        if (color.length === 3 || color[3] > 0.99) return color;
      }
      return [255, 255, 255];
    };
    const poor = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.textContent.trim() || !parent.checkVisibility() || parent.closest("noscript, script")) continue;
      const [a, b] = [luminance(parse(getComputedStyle(parent).color)), luminance(behind(parent))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) poor.push([node.textContent.trim().slice(0, 40), Number(ratio.toFixed(2))]);
    }
    return poor;
  });
}
seen.poor = [];
seen.overflow = [];
for (const scheme of ["light", "dark"]) {
  for (const [name, width, height] of [["wide", 1280, 1000], ["narrow", 375, 812]]) {
    const view = await open({viewport: {width, height}, colorScheme: scheme, reducedMotion: "reduce"});
    await view.waitForFunction(() => document.querySelectorAll("#durations tr").length >= 3);
    await view.waitForTimeout(pictures ? 8000 : 200);
    seen.poor.push(...await contrasts(view));
    const over = await view.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) seen.overflow.push([scheme, name, over]);
    if (pictures) await view.screenshot({path: `${pictures}/${name}-${scheme}.png`, fullPage: true});
    await view.close();
  }
}
await browser.close();
console.log(JSON.stringify(seen));
