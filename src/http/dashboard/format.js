// Numbers for people. Pure functions.

export function count(value) {
  if (value == null || !isFinite(value)) return "–";
  if (value >= 1e9) return (value / 1e9).toFixed(value >= 1e10 ? 1 : 2) + " G";
  if (value >= 1e6) return (value / 1e6).toFixed(value >= 1e7 ? 1 : 2) + " M";
  if (value >= 1e4) return (value / 1e3).toFixed(1) + " k";
  if (value >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : 2);
}

export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    ++unit;
  }
  return (unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)) + " " + units[unit];
}

export function micros(value) {
  if (!value) return "–";
  if (value < 1) return "< 1 µs";
  if (value < 1e3) return value.toFixed(value < 10 ? 1 : 0) + " µs";
  if (value < 1e6) return (value / 1e3).toFixed(value < 1e4 ? 1 : 0) + " ms";
  return (value / 1e6).toFixed(value < 1e7 ? 2 : 1) + " s";
}

export function span(seconds) {
  if (seconds < 60) return Math.round(seconds) + " s";
  if (seconds < 3600) return Math.floor(seconds / 60) + " min " + Math.floor(seconds % 60) + " s";
  if (seconds < 86400) return Math.floor(seconds / 3600) + " h " + Math.floor(seconds / 60 % 60) + " min";
  return Math.floor(seconds / 86400) + " d " + Math.floor(seconds / 3600 % 24) + " h";
}

export function percent(part, all) {
  return all > 0 ? (100 * part / all).toFixed(1) + " %" : "–";
}
