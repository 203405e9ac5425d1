// Shows the state of the server, which arrives once a second over a WebSocket, or by polling if there is none. Sends the commands of the user.

import { Chart } from './charts.js';
import { byId, el, number, bytes, setText } from './dom.js';
import { startDryRun } from './dry-run.js';
import { LiveUpdates } from './live-updates.js';
import { showConnections, showDecisions, showPaths, showTopics } from './tables.js';

const KEPT_DECISIONS = 200;
const KEPT_SAMPLES = 301;
let about = null;
let decisions = [];
let samples = [];

const rate = index => (sample, before) => Math.max(0, (sample[index] - before[index]) * 1000 / Math.max(1, sample[0] - before[0]));
const charts = [
  new Chart(byId('chart-connections'), 'Connections', [{ name: 'open', tone: 'one', value: sample => sample[1] }], number, 1),
  new Chart(byId('chart-bytes'), 'Bytes per second', [{ name: 'received', tone: 'one', value: rate(2) }, { name: 'sent', tone: 'two', value: rate(3) }], bytes, 100),
];

async function get(path) {
  return content(await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' }));
}

/** The JSON of a response. Any other content is the container's login page: then the page is loaded again, and shows the login. */
async function content(response) {
  if (!response.ok) throw Object.assign(new Error(`${response.status} ${(await response.text()).trim()}`), { denied: response.status === 401 || response.status === 403 });
  if (!response.headers.get('Content-Type')?.startsWith('application/json')) {
    location.reload();
    throw new Error('You are not logged in.');
  }
  return response.json();
}

/** Sends a command and returns its result. If it fails, shows the reason and returns null. */
async function sendCommand(name, parameters, success) {
  try {
    const response = await fetch(`api/${name}`, { method: 'POST', headers: { 'X-Changeover-Token': about.token }, body: new URLSearchParams(parameters) });
    const result = await content(response);
    if (success) announce(result.done ? success : 'The connection had already ended.');
    if (success) refresh();
    return result;
  } catch (failure) {
    announce(`The command failed: ${failure.message}`);
    return null;
  }
}

let messageTimer = 0;
function announce(text) {
  setText(byId('message'), text);
  clearTimeout(messageTimer);
  messageTimer = setTimeout(() => setText(byId('message'), ''), 6000);
}

function status(state, text) {
  byId('state').dataset.state = state;
  setText(byId('state'), text);
}

function loopsText({ running, connections, handovers }) {
  if (running === 0) return 'No event loop is running: the container reports all events.';
  const noun = (count, name) => `${number(count)} ${name}${count === 1 ? '' : 's'}`;
  return `${noun(running, 'event loop')} with ${noun(connections, 'connection')}. ${noun(handovers, 'hand-over')} to another thread because a callback blocked.`;
}

const sum = counts => Object.values(counts ?? {}).reduce((all, one) => all + one, 0);

function show(state) {
  const { counts } = state;
  setText(byId('f-live'), number(state.live));
  setText(byId('f-opened'), number(sum(counts.opened)));
  setText(byId('f-in'), bytes(counts.bytesIn));
  setText(byId('f-out'), bytes(counts.bytesOut));
  setText(byId('f-queued'), bytes(counts.queued));
  setText(byId('f-memory'), bytes(counts.memory));
  byId('f-memory').title = `of ${bytes(counts.memoryMax)} for unfinished messages, queued output and captured responses (changeover.memory.max)`;
  setText(byId('f-ignored'), number(sum(counts.decisions.ignored)));
  setText(byId('f-refused'), number(sum(counts.decisions.refused)));
  setText(byId('loops'), loopsText(counts.loops));
  status(state.draining ? 'draining' : 'serving', state.draining ? 'Draining' : 'Serving');
  byId('drain').hidden = state.draining;
  byId('stopDraining').hidden = !state.draining;
  samples = [...samples, ...state.samples].slice(-KEPT_SAMPLES);
  charts.forEach(chart => chart.show(samples));
  showConnections(state, sendCommand);
  const newNumbers = new Set(state.decisions.map(decision => decision.number));
  decisions = [...state.decisions, ...decisions.filter(decision => !newNumbers.has(decision.number))].slice(0, KEPT_DECISIONS);
  showDecisions(decisions, document.querySelector('input[name=outcome]:checked').value);
  showTopics(state.topics);
  showPaths(about, state.off, sendCommand);
}

/** Where the next update starts. It repeats the latest 20 decisions, because their responses may not have been known. */
const updateQuery = () => `decision=${Math.max(0, (decisions[0]?.number ?? 0) - 20)}&sample=${samples.at(-1)?.[0] ?? 0}`;

function update(state) {
  if (state.instance !== about.instance) location.reload();
  else show(state);
}

let pollTimer = 0;
let polling = false;
/** Polls now, and keeps polling while the WebSocket is not open. */
async function refresh() {
  if (polling) return;
  polling = true;
  clearTimeout(pollTimer);
  try {
    if (!about) await load();
    update(await get(`api/state?${updateQuery()}`));
    if (!document.hidden) liveUpdates.open();
    if (!liveUpdates.isOpen) pollTimer = setTimeout(refresh, document.hidden ? 10_000 : 1000);
  } catch (failure) {
    status('lost', failure.denied ? 'No access' : 'No response');
    announce(failure.denied ? failure.message : `The server does not respond. ${failure.message}`);
    pollTimer = setTimeout(refresh, 3000);
  } finally {
    polling = false;
  }
}

const liveUpdates = new LiveUpdates(updateQuery, update, open => {
  byId('state').dataset.updates = open ? 'live' : 'polled';
  if (open) clearTimeout(pollTimer);
  else refresh();
});

async function load() {
  about = await get('api/about');
  setText(byId('where'), `${about.server}${about.context ? `, ${about.context}` : ''}`);
  document.title = `Changeover console: ${about.context || '/'}`;
  const facts = [['Container', about.server], ['Edge', about.edge], ['Known deviations', about.deviations], ['Blocking handlers', `run on ${about.threads} threads`],
    ...about.libraries.map(library => ['Found', library])];
  byId('facts').replaceChildren(...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
  byId('settings').replaceChildren(...Object.entries(about.settings).flatMap(([name, value]) => [el('dt', {}, el('code', {}, `changeover.${name}`)), el('dd', {}, value)]));
  startDryRun(about, parameters => sendCommand('dryRun', parameters));
}

byId('drain').addEventListener('click', () => {
  byId('drain-code').value = about.settings['drain.code'];
  byId('confirm-drain').showModal();
});
byId('confirm-drain').addEventListener('close', () => {
  if (byId('confirm-drain').returnValue === 'drain') sendCommand('drain', { code: byId('drain-code').value }, 'Draining: every connection is asked to close.');
  byId('confirm-drain').returnValue = '';
});
byId('stopDraining').addEventListener('click', () => sendCommand('stopDraining', {}, 'New connections are accepted again.'));
document.querySelectorAll('input[name=outcome]').forEach(input => input.addEventListener('change', () => showDecisions(decisions, input.value)));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) liveUpdates.close();
  else refresh();
});
refresh();
