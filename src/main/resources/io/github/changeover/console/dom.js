// Creates elements from text, never from markup: what a client sends is never parsed as HTML.

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

/** Sets the text if it differs. An unchanged text is not touched, because that would disturb screen readers and selections. */
export function setText(node, text) {
  const value = String(text);
  if (node.textContent !== value) node.textContent = value;
}

/** Makes the children of a parent match the items, in order. The node of a key is created once and kept, so that the focus and open details survive an update. */
export function updateChildren(parent, items, key, create, update) {
  const nodes = parent.nodesByKey ??= new Map();
  const seen = new Set();
  let next = parent.firstChild;
  for (const item of items) {
    const id = key(item);
    seen.add(id);
    let node = nodes.get(id);
    if (!node) nodes.set(id, node = create(item));
    update(node, item);
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  for (const [id, node] of nodes) {
    if (!seen.has(id)) {
      nodes.delete(id);
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
