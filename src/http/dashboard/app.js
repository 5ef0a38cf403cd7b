// The page asks for the statistics once a second, and hears of events as they happen.

import * as format from "/format.js";
import {bars, byId, element, pairs} from "/dom.js";
import {drawTree, nextTree} from "/tree.js";
import {startKeys} from "/keys.js";

const kSamples = 120;  // One a second.
const kEventsShown = 100;
const kOps = ["read", "write", "scan", "other"];

let last = null;  // The statistics before these.
let tree = {levels: [], memtables: {bytes: 0, entries: 0, waiting: 0}, merging: {}, flushing: false, landed: null};
const samples = [];  // {read, write, scan, other} a second, oldest first.
let browsing = false;

// --- statistics ----------------------------------------------------------------------------------

function rateOf(stats, op) {
  return stats.requests.filter(r => r.op === op && r.api !== "http").reduce((sum, r) => sum + r.per_second, 0);
}

// Between two answers, the counts themselves say how many there were.
function sampleOf(stats) {
  const counts = s => Object.fromEntries(kOps.map(op => [op, s.requests.filter(r => r.op === op && r.api !== "http").reduce((sum, r) => sum + r.count, 0)]));
  if (!last) return Object.fromEntries(kOps.map(op => [op, rateOf(stats, op)]));
  const seconds = Math.max(0.05, (stats.time_us - last.time_us) / 1e6);
  const now = counts(stats);
  const then = counts(last);
  return Object.fromEntries(kOps.map(op => [op, Math.max(0, now[op] - then[op]) / seconds]));
}

function drawChart() {
  const chart = byId("rate-chart");
  const top = Math.max(1, ...samples.flatMap(sample => kOps.map(op => sample[op])));
  byId("rate-top").textContent = format.count(top);
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const x = i => 600 * (kSamples - samples.length + i) / (kSamples - 1);
  const lines = [30, 60, 90].map(y => svg("line", {x1: 0, x2: 600, y1: y, y2: y}));
  const series = kOps.map(op => svg("polyline", {class: op, points: samples.map((s, i) => `${x(i).toFixed(1)},${(116 - 112 * s[op] / top).toFixed(1)}`).join(" ")}));
  chart.replaceChildren(...lines, ...series.reverse());
}

function drawTiles(stats, sample) {
  const tile = (name, value, series) => element("div", {class: "tile", "data-series": series}, element("b", {}, value), element("span", {}, name));
  byId("tiles").replaceChildren(
    tile("reads a second", format.count(sample.read), "read"),
    tile("writes a second", format.count(sample.write), "write"),
    tile("scans a second", format.count(sample.scan), "scan"),
    tile("written by clients a second", format.bytes(stats.rates.user_bytes_written)),
    tile("syncs of the log a second", format.count(stats.rates.wal_syncs)));
}

function drawDurations(stats) {
  byId("window").textContent = format.span(stats.rates.window_seconds);
  byId("durations").replaceChildren(...stats.requests.map(r => {
    const cells = [format.count(r.per_second), format.micros(r.p50_us), format.micros(r.p90_us), format.micros(r.p99_us), format.micros(r.p999_us), format.count(r.count)];
    return element("tr", {}, element("th", {scope: "row"}, `${r.api} ${r.op}`), ...cells.map(cell => element("td", {}, cell)));
  }));
}

function drawState(stats) {
  const problem = stats.not_ready_because || stats.waiting_cause;
  byId("state").querySelector(".dot").dataset.state = stats.ready ? (problem ? "wait" : "good") : "bad";
  byId("state-text").textContent = problem || "ready";
  byId("version").textContent = stats.version;
  byId("uptime").textContent = format.span(stats.uptime_seconds);
  byId("connections").textContent = format.count(stats.server.connections);
  byId("memory").textContent = format.bytes(stats.server.resident_bytes);
  const seconds = last ? (stats.time_us - last.time_us) / 1e6 : stats.uptime_seconds;
  const cpu = (stats.server.cpu_us - (last ? last.server.cpu_us : 0)) / 1e6 / Math.max(0.05, seconds);
  byId("cpu").textContent = Math.round(100 * cpu) + " %";
}

function drawRest(stats) {
  const {store, cache, filters, stalls, limits, log_syncs: syncs, server} = stats;
  pairs(byId("tree-facts"), [
    ["flushes", format.count(store.flushes)], ["merges", format.count(store.compactions)], ["merges owe", format.bytes(store.compaction_debt_bytes)],
    ["written for each byte", store.write_amplification ? store.write_amplification.toFixed(2) + " ×" : "–"], ["log", format.bytes(store.log_bytes)],
    ["values apart", format.bytes(store.blob_bytes)], ["named tables", format.count(store.tables)], ["snapshots", format.count(store.snapshots)]]);
  const all = stalls.memtables_us + stalls.compaction_us + stalls.blobs_us + stalls.memory_us;
  const stall = (name, value) => [name, value > 0 ? format.micros(value) : "none", all > 0 ? value / all : 0, true];
  bars(byId("stalls"), [stall("a flush wasn't done", stalls.memtables_us), stall("merges owed too much", stalls.compaction_us),
    stall("blob files took too much", stalls.blobs_us), stall("memory was short", stalls.memory_us)]);
  pairs(byId("syncs"), [["syncs of the log", format.count(syncs.count)], ["a sync: median", format.micros(syncs.p50_us)], ["99 %", format.micros(syncs.p99_us)],
    ["99.9 %", format.micros(syncs.p999_us)], ["commits", format.count(server.commits)], ["failed", format.count(server.failed_commits), server.failed_commits > 0]]);
  const asked = cache.hits + cache.misses;
  const judged = filters.useful + filters.false_positives;
  bars(byId("cache"), [
    ["cache filled", `${format.bytes(cache.bytes)} of ${format.bytes(cache.capacity)}`, cache.capacity ? cache.bytes / cache.capacity : 0],
    ["blocks that the cache had", format.percent(cache.hits, asked), asked ? cache.hits / asked : 0],
    ["absent keys that filters knew", format.percent(filters.useful, judged), judged ? filters.useful / judged : 0]]);
  pairs(byId("cache-facts"), [["blocks read a second", format.count(stats.rates.block_reads)], ["evicted", format.count(cache.evictions)],
    ["filters asked", format.count(filters.probes)], ["false alarms", format.count(filters.false_positives)]]);
  pairs(byId("limits"), [["connections", limits.connections_max], ["bytes of a request", limits.request_bytes_max], ["bytes of replies", limits.reply_bytes_max],
    ["bytes of all buffers", limits.buffer_bytes_max], ["took no replies", limits.stuck], ["silent", limits.idle], ["descriptors", limits.descriptors]]
    .map(([name, value]) => [name, format.count(value), value > 0]));
}

function drawSlow(entries) {
  const place = byId("slow");
  const key = entries.map(entry => entry.id + "." + entry.trace.length).join();
  if (place.dataset.shown === key) return;  // What is open stays open.
  const open = new Set([...place.querySelectorAll("details[open]")].map(node => node.dataset.id));
  place.dataset.shown = key;
  if (entries.length === 0) {
    place.replaceChildren(element("p", {class: "empty"}, "None was slower than the limit: CONFIG SET slowlog-log-slower-than says what that is."));
    return;
  }
  place.replaceChildren(...entries.map(entry => {
    const words = entry.words ? entry.words.join(" ") : entry.command;
    const node = element("details", {"data-id": entry.id},
      element("summary", {}, element("span", {class: "num"}, format.micros(entry.micros)), element("code", {}, words),
              element("span", {class: "dim"}, `${new Date(entry.at_us / 1000).toLocaleTimeString()} · ${entry.client}`)));
    node.open = open.has(String(entry.id));
    if (entry.trace.length > 0) {
      node.append(element("ol", {class: "steps"}, ...entry.trace.map(step => element("li", {}, element("span", {class: "num"}, format.micros(step.nanos / 1e3)),
        element("code", {}, step.where), element("span", {}, step.what)))));
    } else {
      node.append(element("p", {class: "hint"}, "Steps are kept of lookups (GET, database 0) that had to wait for the disk."));
    }
    return node;
  }));
}

async function poll() {
  try {
    const response = await fetch("/api/v1/stats");
    if (!response.ok) throw new Error(`/api/v1/stats: ${response.status}`);
    const stats = await response.json();
    const sample = sampleOf(stats);
    samples.push(sample);
    if (samples.length > kSamples) samples.shift();
    drawState(stats);
    drawTiles(stats, sample);
    drawChart();
    drawDurations(stats);
    tree = {...tree, levels: stats.levels, memtables: stats.memtables};
    drawTree(byId("tree"), tree);
    tree.landed = null;
    drawRest(stats);
    drawSlow(stats.slow);
    if (stats.browse && !browsing) {
      browsing = true;
      startKeys();
    }
    last = stats;
  } catch (error) {
    byId("state").querySelector(".dot").dataset.state = "bad";
    byId("state-text").textContent = "the server doesn't answer; trying again";
  }
  setTimeout(poll, document.hidden ? 5000 : 1000);
}

// --- events --------------------------------------------------------------------------------------

// [class, what it is, the rest]
function tell(event) {
  switch (event.event) {
    case "flush_begin": return ["flush", "flush begins", `${format.count(event.entries)} entries`];
    case "flush_end": return ["flush", "flushed", format.bytes(event.bytes)];
    case "compaction_begin": return ["merge", `merge into level ${event.output_level}`, `${event.tables_in} tables; ${event.reason}`];
    case "compaction": return event.kind === "merge"
      ? ["merge", `merged into level ${event.output_level}`, `${format.bytes(event.bytes_read)} → ${format.bytes(event.bytes_written)}, ${format.count(event.entries_dropped)} entries dropped`]
      : ["merge", event.kind === "move" ? `moved to level ${event.output_level}` : "dropped", `${event.tables_in} tables; ${event.reason}`];
    case "stall": return ["stall", "writers held back", `${format.micros(event.micros)}; ${event.cause}`];
    case "read_only": return ["bad", "the store takes no writes", event.cause];
    case "background_failure": return ["bad", "a flush or merge failed", event.cause];
    case "background_recovery": return ["flush", "flushes and merges go on", ""];
    case "blob_collection": return ["merge", "blob file collected", ""];
    default: return ["", event.event, ""];
  }
}

function addEvent(kind, what, rest) {
  const list = byId("events");
  list.querySelector(".empty")?.remove();
  const text = element("span", {}, element("b", {}, what), rest ? " " + rest : "");
  list.prepend(element("li", {class: kind}, element("time", {}, new Date().toLocaleTimeString("en-GB")), text));
  while (list.children.length > kEventsShown) list.lastChild.remove();
}

function listen() {
  const source = new EventSource("/api/v1/events");
  source.onmessage = message => {
    const event = JSON.parse(message.data);
    addEvent(...tell(event));
    tree = nextTree(tree, event);
    drawTree(byId("tree"), tree);
  };
  source.addEventListener("missed", message => addEvent("bad", "events were missed", String(JSON.parse(message.data).count)));
  source.addEventListener("restarted", () => addEvent("bad", "the server was started anew", ""));
}

poll();
listen();
