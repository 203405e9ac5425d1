// Is told once a second what has changed, over a WebSocket; where there is none it asks. Shows it, and sends orders.

import { Chart } from './charts.js';
import { byId, el, number, bytes, say } from './dom.js';
import { startLab } from './lab.js';
import { Line } from './line.js';
import { showConnections, showDecisions, showPaths } from './tables.js';

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
  return answer(await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' }));
}

/** What an answer holds. One that is no JSON is the container's login: the page is loaded again, and asks for it. */
async function answer(response) {
  if (!response.ok) throw Object.assign(new Error(`${response.status} ${(await response.text()).trim()}`), { denied: response.status === 401 || response.status === 403 });
  if (!response.headers.get('Content-Type')?.startsWith('application/json')) {
    location.reload();
    throw new Error('You are not logged in.');
  }
  return response.json();
}

/** Sends an order; what it answers, or nothing, and then the reason is said. */
async function order(what, parameters, done) {
  try {
    const response = await fetch(`api/${what}`, { method: 'POST', headers: { 'X-Changeover-Token': about.token }, body: new URLSearchParams(parameters) });
    const obeyed = await answer(response);
    if (done) announce(obeyed.done ? done : 'The connection had already ended.');
    if (done) refresh();
    return obeyed;
  } catch (failure) {
    announce(`The command failed: ${failure.message}`);
    return null;
  }
}

let silence = 0;
function announce(text) {
  say(byId('said'), text);
  clearTimeout(silence);
  silence = setTimeout(() => say(byId('said'), ''), 6000);
}

function status(state, text) {
  byId('state').dataset.state = state;
  say(byId('state'), text);
}

const sum = counts => Object.values(counts ?? {}).reduce((all, one) => all + one, 0);

function show(state) {
  const { counts } = state;
  say(byId('f-live'), number(state.live));
  say(byId('f-opened'), number(sum(counts.opened)));
  say(byId('f-in'), bytes(counts.bytesIn));
  say(byId('f-out'), bytes(counts.bytesOut));
  say(byId('f-queued'), bytes(counts.queued));
  say(byId('f-memory'), bytes(counts.memory));
  byId('f-memory').title = `of ${bytes(counts.memoryMax)} for unfinished messages, queued output and captured responses (changeover.memory.max)`;
  say(byId('f-ignored'), number(sum(counts.decisions.ignored)));
  say(byId('f-refused'), number(sum(counts.decisions.refused)));
  status(state.draining ? 'drain' : 'fine', state.draining ? 'Draining' : 'Serving');
  byId('drain').hidden = state.draining;
  byId('stopDraining').hidden = !state.draining;
  samples = [...samples, ...state.samples].slice(-KEPT_SAMPLES);
  charts.forEach(chart => chart.show(samples));
  showConnections(state, order);
  const fresh = new Set(state.decisions.map(decided => decided.number));
  decisions = [...state.decisions, ...decisions.filter(decided => !fresh.has(decided.number))].slice(0, KEPT_DECISIONS);
  showDecisions(decisions, document.querySelector('input[name=outcome]:checked').value);
  showPaths(about, state.off, order);
}

/** The latest decisions are asked for again: their answers may not have been known. */
const since = () => `decision=${Math.max(0, (decisions[0]?.number ?? 0) - 20)}&sample=${samples.at(-1)?.[0] ?? 0}`;

function arrived(state) {
  if (state.instance !== about.instance) location.reload();
  else show(state);
}

let waiting = 0;
let asking = false;
/** Asks now, and goes on asking while no line is open. */
async function refresh() {
  if (asking) return;
  asking = true;
  clearTimeout(waiting);
  try {
    if (!about) await begin();
    arrived(await get(`api/state?${since()}`));
    if (!document.hidden) line.open();
    if (!line.isOpen) waiting = setTimeout(refresh, document.hidden ? 10_000 : 1000);
  } catch (failure) {
    status('lost', failure.denied ? 'No access' : 'No response');
    announce(failure.denied ? failure.message : `The server does not respond. ${failure.message}`);
    waiting = setTimeout(refresh, 3000);
  } finally {
    asking = false;
  }
}

const line = new Line(since, arrived, open => {
  byId('state').dataset.line = open ? 'live' : 'asked';
  if (open) clearTimeout(waiting);
  else refresh();
});

async function begin() {
  about = await get('api/about');
  say(byId('where'), `${about.server}${about.context ? `, ${about.context}` : ''}`);
  document.title = `Changeover console: ${about.context || '/'}`;
  const facts = [['Container', about.server], ['Edge', about.edge], ['Known deviations', about.deviations], ['Blocking handlers', `run on ${about.threads} threads`],
    ...about.libraries.map(said => ['Found', said])];
  byId('facts').replaceChildren(...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
  byId('settings').replaceChildren(...Object.entries(about.settings).flatMap(([name, value]) => [el('dt', {}, el('code', {}, `changeover.${name}`)), el('dd', {}, value)]));
  startLab(about, parameters => order('lab', parameters));
}

byId('drain').addEventListener('click', () => byId('sure').showModal());
byId('sure').addEventListener('close', () => {
  if (byId('sure').returnValue === 'drain') order('drain', {}, 'Draining: every connection is asked to close.');
  byId('sure').returnValue = '';
});
byId('stopDraining').addEventListener('click', () => order('stopDraining', {}, 'New connections are accepted again.'));
document.querySelectorAll('input[name=outcome]').forEach(input => input.addEventListener('change', () => showDecisions(decisions, input.value)));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) line.close();
  else refresh();
});
refresh();
