// Elements made of text, never of markup: nothing a peer sends is ever parsed.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.map(child => child instanceof Node ? child : String(child)));
  return node;
}

export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);
export const byId = id => document.getElementById(id);

/** Sets the text, if it is another: a screen reader and a selection are left alone. */
export function say(node, text) {
  const next = String(text);
  if (node.textContent !== next) node.textContent = next;
}

/** Lets a parent's children be those of the items, in order, made once for each key and kept: focus and open details stay. */
export function keyed(parent, items, key, make, update) {
  const known = parent.known ??= new Map();
  const seen = new Set();
  let place = parent.firstChild;
  for (const item of items) {
    const id = key(item);
    seen.add(id);
    let node = known.get(id);
    if (!node) known.set(id, node = make(item));
    update(node, item);
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  for (const [id, node] of known) {
    if (!seen.has(id)) {
      known.delete(id);
      node.remove();
    }
  }
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function bytes(count) {
  let unit = 0;
  while (count >= 1000 && unit < UNITS.length - 1) {
    count /= 1000;
    unit++;
  }
  return `${unit === 0 || count >= 100 ? Math.round(count) : +count.toFixed(1)} ${UNITS[unit]}`;
}

export function number(count) {
  return count.toLocaleString('en');
}

export function time(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function clock(millis) {
  return new Date(millis).toLocaleTimeString('en-GB');
}
