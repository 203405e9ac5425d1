// The tables of connections, decisions, topics and paths.

import { byId, clock, el, updateChildren, number, bytes, setText, time } from './dom.js';

const COLUMNS = [['Id', 'id'], ['Protocol', 'protocol'], ['Path', 'path'], ['Client', 'remote'], ['User', 'user'], ['Open for', 'number'], ['Idle', 'number'],
  ['Received', 'number'], ['Sent', 'number'], ['Queued', 'number'], ['Round trip', 'number']];

export function showConnections(state, sendCommand) {
  updateChildren(byId('live'), state.connections, view => view.id, view => connectionRow(view, sendCommand), (node, view) => {
    const cells = [view.id, view.protocol, view.path, view.remote, view.user || '–', time(state.now - view.since), time(view.idle), bytes(view.in), bytes(view.out), bytes(view.queued),
      view.roundTrip === undefined ? '–' : `${+(view.roundTrip / 1000).toFixed(view.roundTrip < 10000 ? 1 : 0)} ms`];
    cells.forEach((text, i) => setText(node.cells[i], text));
    node.cells[4].classList.toggle('none', !view.user);
    node.cells[9].classList.toggle('warn', view.queued > 0);
    node.cells[9].classList.toggle('none', view.queued === 0);
    node.cells[10].classList.toggle('none', view.roundTrip === undefined);
  });
  byId('no-connections').hidden = state.live > 0;
  setText(byId('connections-note'), state.live > state.connections.length ? `The oldest ${state.connections.length} of ${number(state.live)}.` : 'Oldest first.');
}

function connectionRow(view, sendCommand) {
  const close = el('button', { type: 'button', class: 'small', 'aria-label': `Close ${view.protocol} from ${view.remote}`,
    onclick: () => sendCommand('close', { id: view.id }, `Connection ${view.id} is closing.`) }, 'Close');
  const abort = el('button', { type: 'button', class: 'small danger', 'aria-label': `Abort ${view.protocol} from ${view.remote}`,
    onclick: () => sendCommand('abort', { id: view.id }, `Connection ${view.id} was aborted.`) }, 'Abort');
  return el('tr', { 'data-id': view.id }, ...COLUMNS.map(([name, kind]) => el('td', { class: kind, 'data-name': name })), el('td', { class: 'commands' }, close, abort));
}

export function showDecisions(decisions, outcome) {
  const shown = decisions.filter(decision => !outcome || decision.outcome === outcome);
  updateChildren(byId('decision-list'), shown, decision => decision.number, decisionItem, (node, decision) => {
    if (decision.answer && !node.hasResponse) addResponse(node, decision);
  });
  byId('no-decisions').hidden = shown.length > 0;
  setText(byId('no-decisions'), decisions.length ? 'None of the latest decisions has this outcome.' : 'No upgrade decisions yet.');
}

function decisionItem(decision) {
  const status = decision.outcome === 'switched' ? 101 : decision.status ?? '';
  const node = el('li', {}, el('details', {},
    el('summary', {}, el('time', {}, clock(decision.when)), el('span', { class: `outcome ${decision.outcome}` }, decision.outcome),
      el('span', { class: 'request' }, `${decision.method} ${decision.path}`), el('span', { class: 'reason' }, decision.summary.replace(/^\w+(, | with \d+, | )/, '')),
      el('span', { class: 'status' }, status)),
    el('div', { class: 'detail' })));
  node.querySelector('.detail').append(explanationList(decision));
  return node;
}

/** The explanation of a decision, as a definition list. */
export function explanationList(decision) {
  const facts = [['Offered', decision.offered.join(', ') || 'nothing']];
  if (decision.malformed.length) facts.push(['Malformed', decision.malformed.join(', ')]);
  facts.push(['Rule', decision.rule || 'none for this path']);
  const list = el('dl', { class: 'facts' });
  const add = (name, value) => list.append(el('dt', {}, name), el('dd', {}, value));
  facts.forEach(([name, value]) => add(name, value));
  if (decision.candidates.length) {
    add('Candidates, in order', el('ol', { class: 'candidates' }, ...decision.candidates.map(candidate =>
      el('li', {}, el('code', {}, candidate.token), ` ${candidate.why}`))));
  }
  add('Reason', decision.ground.replaceAll('_', ' '));
  if (decision.remote) add('Client', decision.remote);
  if (decision.micros !== undefined) add('Duration', `${number(decision.micros)} µs`);
  return list;
}

function addResponse(node, decision) {
  node.hasResponse = true;
  const { status, fields } = decision.answer;
  const head = [`HTTP/1.1 ${status}`, ...fields.map(([name, value]) => `${name}: ${value}`)].join('\n');
  node.querySelector('.detail').append(el('pre', { class: 'bytes', 'aria-label': 'Head of the response' }, head));
}

const COUNTERS = ['topics', 'members', 'published', 'dropped'];
const RELAY_COUNTERS = ['nodes', 'sent', 'unsent', 'received', 'lost', 'nodesLost', 'invalid'];
const WARNINGS = new Set(['dropped', 'unsent', 'lost', 'nodesLost', 'invalid']);

/** Shows the section as soon as there is a topic or a relay. Then it stays, so that the page does not jump when the last member leaves. */
export function showTopics({ relay, largest, ...counts }) {
  if (byId('topics').hidden) {
    if (!relay && counts.topics === 0 && counts.published === 0) return;
    document.querySelectorAll('#topics, nav [href="#topics"]').forEach(node => node.hidden = false);
  }
  COUNTERS.forEach(name => figure(`t-${name}`, name, counts[name]));
  byId('relay').hidden = byId('relay-state').hidden = !relay;
  if (relay) {
    RELAY_COUNTERS.forEach(name => figure(`r-${name}`, name, relay[name]));
    setText(byId('r-name'), relay.name);
    byId('relay-state').dataset.state = relay.state === 'up' ? 'serving' : 'draining';
    setText(byId('relay-state'), relay.state === 'up' ? 'Relay up' : 'Relay down: messages reach this node only');
  }
  updateChildren(byId('topic-list'), largest, topic => topic.name, topicRow, (node, topic) => {
    [topic.name, number(topic.members), number(topic.membersOfAllNodes), number(topic.dropped)].forEach((text, i) => setText(node.cells[i], text));
    node.cells[3].classList.toggle('warn', topic.dropped > 0);
  });
  byId('no-topics').hidden = largest.length > 0;
  setText(byId('topics-note'), counts.topics > largest.length ? `The ${largest.length} of ${number(counts.topics)} topics with the most members.` : 'Most members first.');
}

function figure(id, name, count) {
  setText(byId(id), number(count));
  byId(id).classList.toggle('warn', count > 0 && WARNINGS.has(name));
}

const topicRow = () => el('tr', {}, el('th', { scope: 'row' }), ...Array.from({ length: 3 }, () => el('td', { class: 'number' })));

export function showPaths(about, off, sendCommand) {
  const offNames = new Set(off);
  updateChildren(byId('rules'), about.paths, path => path.template, path => el('tr', {}, el('th', { scope: 'row' }, path.template), el('td', { class: 'toggles', 'data-name': 'Protocols' },
    ...path.protocols.map(token => toggle(token, sendCommand))), el('td', { 'data-name': 'Conditions' }, path.terms)), node => {
    node.querySelectorAll('button').forEach(button => {
      const on = !offNames.has(button.dataset.token) && !offNames.has(`${button.dataset.token.split('/')[0].toLowerCase()}/*`);
      if (button.getAttribute('aria-checked') !== String(on)) button.setAttribute('aria-checked', on);
    });
  });
}

function toggle(token, sendCommand) {
  const button = el('button', { type: 'button', class: 'toggle', role: 'switch', 'aria-checked': true, 'data-token': token, onclick: () => {
    const on = button.getAttribute('aria-checked') === 'true';
    sendCommand(on ? 'off' : 'on', { token }, `${token} is ${on ? 'off' : 'on'}.`);
  } }, el('i', { 'aria-hidden': true }), token);
  return button;
}
