// The live connections, the decisions, the paths.

import { byId, clock, el, keyed, number, bytes, say, time } from './dom.js';

const COLUMNS = [['Id', 'id'], ['Protocol', 'protocol'], ['Path', 'path'], ['Client', 'remote'], ['User', 'user'], ['Open for', 'number'], ['Idle', 'number'],
  ['Received', 'number'], ['Sent', 'number'], ['Waiting', 'number'], ['Round trip', 'number']];

export function showConnections(state, order) {
  keyed(byId('live'), state.connections, view => view.id, view => row(view, order), (node, view) => {
    const cells = [view.id, view.protocol, view.path, view.remote, view.user || '–', time(state.now - view.since), time(view.idle), bytes(view.in), bytes(view.out), bytes(view.queued),
      view.roundTrip === undefined ? '–' : `${+(view.roundTrip / 1000).toFixed(view.roundTrip < 10000 ? 1 : 0)} ms`];
    cells.forEach((text, i) => say(node.cells[i], text));
    node.cells[4].classList.toggle('none', !view.user);
    node.cells[9].classList.toggle('warn', view.queued > 0);
    node.cells[9].classList.toggle('none', view.queued === 0);
    node.cells[10].classList.toggle('none', view.roundTrip === undefined);
  });
  byId('nobody').hidden = state.live > 0;
  say(byId('connections-note'), state.live > state.connections.length ? `The oldest ${state.connections.length} of ${number(state.live)}.` : 'Oldest first.');
}

function row(view, order) {
  const close = el('button', { type: 'button', class: 'small', 'aria-label': `Close ${view.protocol} from ${view.remote}`,
    onclick: () => order('close', { id: view.id }, `Connection ${view.id} is closing.`) }, 'Close');
  const abort = el('button', { type: 'button', class: 'small danger', 'aria-label': `Abort ${view.protocol} from ${view.remote}`,
    onclick: () => order('abort', { id: view.id }, `Connection ${view.id} was aborted.`) }, 'Abort');
  return el('tr', { 'data-id': view.id }, ...COLUMNS.map(([name, kind]) => el('td', { class: kind, 'data-name': name })), el('td', { class: 'orders' }, close, abort));
}

export function showDecisions(decisions, outcome) {
  const shown = decisions.filter(decided => !outcome || decided.outcome === outcome);
  keyed(byId('decided'), shown, decided => decided.number, item, (node, decided) => {
    if (decided.answer && !node.answered) answer(node, decided);
  });
  byId('undecided').hidden = shown.length > 0;
  say(byId('undecided'), decisions.length ? 'None of the latest decisions has this outcome.' : 'No upgrade decisions yet.');
}

function item(decided) {
  const status = decided.outcome === 'switched' ? 101 : decided.status ?? '';
  const node = el('li', {}, el('details', {},
    el('summary', {}, el('time', {}, clock(decided.when)), el('span', { class: `outcome ${decided.outcome}` }, decided.outcome),
      el('span', { class: 'asked' }, `${decided.method} ${decided.path}`), el('span', { class: 'why' }, decided.summary.replace(/^\w+(, | with \d+, | )/, '')),
      el('span', { class: 'status' }, status)),
    el('div', { class: 'detail' })));
  node.querySelector('.detail').append(explained(decided));
  return node;
}

/** The explanation of a decision, in words. */
export function explained(decided) {
  const facts = [['Offered', decided.offered.join(', ') || 'nothing']];
  if (decided.malformed.length) facts.push(['Malformed', decided.malformed.join(', ')]);
  facts.push(['Rule', decided.rule || 'none for this path']);
  const list = el('dl', { class: 'facts' });
  const add = (name, value) => list.append(el('dt', {}, name), el('dd', {}, value));
  facts.forEach(([name, value]) => add(name, value));
  if (decided.candidates.length) {
    add('Candidates, in order', el('ol', { class: 'candidates' }, ...decided.candidates.map(candidate =>
      el('li', {}, el('code', {}, candidate.token), ` ${candidate.why}`))));
  }
  add('Ground', decided.ground.replaceAll('_', ' '));
  if (decided.remote) add('Client', decided.remote);
  if (decided.micros !== undefined) add('Took', `${number(decided.micros)} µs`);
  return list;
}

function answer(node, decided) {
  node.answered = true;
  const { status, fields } = decided.answer;
  const head = [`HTTP/1.1 ${status}`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\n');
  node.querySelector('.detail').append(el('pre', { class: 'bytes', 'aria-label': 'Head of the response' }, head));
}

export function showPaths(about, off, order) {
  const offNames = new Set(off);
  keyed(byId('rules'), about.paths, path => path.template, path => el('tr', {}, el('th', { scope: 'row' }, path.template), el('td', { class: 'toggles', 'data-name': 'Protocols' },
    ...path.protocols.map(token => toggle(token, order))), el('td', { 'data-name': 'Terms' }, path.terms)), node => {
    node.querySelectorAll('button').forEach(button => {
      const on = !offNames.has(button.dataset.token) && !offNames.has(`${button.dataset.token.split('/')[0].toLowerCase()}/*`);
      if (button.getAttribute('aria-checked') !== String(on)) button.setAttribute('aria-checked', on);
    });
  });
}

function toggle(token, order) {
  const button = el('button', { type: 'button', class: 'toggle', role: 'switch', 'aria-checked': true, 'data-token': token, onclick: () => {
    const on = button.getAttribute('aria-checked') === 'true';
    order(on ? 'off' : 'on', { token }, `${token} is ${on ? 'off' : 'on'}.`);
  } }, el('i', { 'aria-hidden': true }), token);
  return button;
}
