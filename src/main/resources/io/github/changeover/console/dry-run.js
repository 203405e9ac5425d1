// The dry run: negotiates a typed request.

import { byId, el } from './dom.js';
import { explanationList } from './tables.js';

const HANDSHAKE = '\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13';

const TITLES = {
  switched: ['The connection would switch', 'After this response head, the connection uses the new protocol. Connection limits are not checked.'],
  refused: ['The request would be rejected', 'No other protocol is tried.'],
  ordinary: ['Ordinary HTTP would continue', 'The application responds as if no protocol had been offered.'],
  login: ['A login would be required', 'The container requests the login. If the application has no login, it rejects the request.'],
  malformed: ['This is not a valid request', ''],
  failed: ['The application failed', ''],
};

export function startDryRun(about, dryRun) {
  const form = byId('dry-run-form');
  const set = (target, upgrade) => {
    form.elements.target.value = target;
    form.elements.method.value = 'GET';
    form.elements.version.value = 'HTTP/1.1';
    form.elements.fields.value = `Host: ${location.host}\nConnection: Upgrade\nUpgrade: ${upgrade}${/\bwebsocket\b/.test(upgrade) ? HANDSHAKE : ''}`;
  };
  const paths = about.paths.map(path => [path.template.replace(/\{[^}]*\}/g, 'x').replace(/\*$/, 'x'), path.protocols]);
  byId('templates').append(...paths.map(([target]) => el('option', { value: target })));
  byId('examples').append(...paths.slice(0, 4).map(([target, protocols]) => el('button', { type: 'button', class: 'small', onclick: () => {
    set(target, protocols.join(', '));
    form.requestSubmit();
  } }, target)));
  if (paths.length) set(paths[0][0], paths[0][1].slice().reverse().join(', '));
  form.addEventListener('submit', async event => {
    event.preventDefault();
    const result = await dryRun(Object.fromEntries(new FormData(form)));
    if (result) show(result);
  });
}

function show(result) {
  const [title, note] = TITLES[result.kind];
  const parts = [el('h3', { class: `outcome-title ${result.kind}` }, title), el('p', { class: 'faint' }, result.advice ?? note)];
  if (result.note) parts.push(el('p', { class: 'warn' }, result.note));
  if (result.kind === 'ordinary' && result.head) parts.push(el('p', {}, 'The response also gets these header fields:'));
  if (result.head) parts.push(responseBytes(result.head, result.content ?? ''));
  if (result.explanation) parts.push(explanationList(result.explanation));
  byId('result').replaceChildren(...parts);
  byId('result').dataset.kind = result.kind;
}

/** The line ends are visible, but are not copied with the text. */
function responseBytes(head, content) {
  const pre = el('pre', { class: 'bytes', id: 'bytes' });
  head.split('\r\n').slice(0, -1).forEach(line => pre.append(line, el('span', { class: 'crlf', 'aria-hidden': true }), '\n'));
  if (content) pre.append(el('span', { class: 'content' }, content));
  pre.textOnly = head + content;
  return pre;
}
