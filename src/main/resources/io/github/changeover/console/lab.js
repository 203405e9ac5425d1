// The negotiation lab.

import { byId, el } from './dom.js';
import { explained } from './tables.js';

const HANDSHAKE = '\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13';

const TITLES = {
  switched: ['The connection would switch', 'After this response head, the connection uses the new protocol. Connection limits are not checked.'],
  refused: ['The request would be rejected', 'No other protocol is tried.'],
  ordinary: ['Ordinary HTTP would continue', 'The application responds as if no protocol had been offered.'],
  login: ['A login would be required', 'The container requests the login. If the application has no login, it rejects the request.'],
  malformed: ['This is not a valid request', ''],
  failed: ['The application failed', ''],
};

export function startLab(about, play) {
  const form = byId('ask');
  const set = (target, upgrade) => {
    form.elements.target.value = target;
    form.elements.method.value = 'GET';
    form.elements.version.value = 'HTTP/1.1';
    form.elements.fields.value = `Host: ${location.host}\nConnection: Upgrade\nUpgrade: ${upgrade}${/\bwebsocket\b/.test(upgrade) ? HANDSHAKE : ''}`;
  };
  const paths = about.paths.map(path => [path.template.replace(/\{[^}]*\}/g, 'x').replace(/\*$/, 'x'), path.protocols]);
  byId('templates').append(...paths.map(([target]) => el('option', { value: target })));
  byId('tries').append(...paths.slice(0, 4).map(([target, protocols]) => el('button', { type: 'button', class: 'small', onclick: () => {
    set(target, protocols.join(', '));
    form.requestSubmit();
  } }, target)));
  if (paths.length) set(paths[0][0], paths[0][1].slice().reverse().join(', '));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const played = await play(Object.fromEntries(new FormData(form)));
    if (played) show(played);
  });
}

function show(played) {
  const [title, note] = TITLES[played.kind];
  const parts = [el('h3', { class: `outcome-title ${played.kind}` }, title), el('p', { class: 'faint' }, played.advice ?? note)];
  if (played.note) parts.push(el('p', { class: 'warn' }, played.note));
  if (played.kind === 'ordinary' && played.head) parts.push(el('p', {}, 'The response also gets these header fields:'));
  if (played.head) parts.push(bytesOf(played.head, played.content ?? ''));
  if (played.explanation) parts.push(explained(played.explanation));
  byId('answer').replaceChildren(...parts);
  byId('answer').dataset.kind = played.kind;
}

/** Line ends are shown, and are no part of what is copied. */
function bytesOf(head, content) {
  const pre = el('pre', { class: 'bytes', id: 'bytes' });
  head.split('\r\n').slice(0, -1).forEach(line => pre.append(line, el('span', { class: 'crlf', 'aria-hidden': true }), '\n'));
  if (content) pre.append(el('span', { class: 'content' }, content));
  pre.textOnly = head + content;
  return pre;
}
