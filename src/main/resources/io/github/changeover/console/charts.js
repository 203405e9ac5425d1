// A line chart of up to ten minutes, as inline SVG. The arrow keys and the pointer select a point.

import { clock, el, svg } from './dom.js';

const SPANS = [2, 4, 10].map(minutes => minutes * 60_000);
const EDGE = { left: 58, right: 14, top: 12, bottom: 26 };
const HEIGHT = 190;

/** The upper end of the axis: the smallest of 1, 2, 5, 10, 20 ... times `unit` that is at least `max`. */
function axisEnd(max, unit) {
  let end = unit;
  for (let i = 0; end < max; i++) end = unit * [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3);
  return end;
}

export class Chart {
  /** series: [{ name, tone, value(sample, before) }] ; format: a number to text; unit: of the axis */
  constructor(figure, title, series, format, unit) {
    Object.assign(this, { series, format, unit, samples: [], points: [], selectedIndex: null });
    this.labels = series.map(line => el('span', { class: `key ${line.tone}` }));
    this.when = el('span', { class: 'faint when' });
    this.plot = svg('svg', { tabindex: 0, role: 'img', height: HEIGHT, 'aria-label': title });
    this.title = title;
    figure.append(el('figcaption', {}, el('h3', {}, title), el('p', { class: 'keys' }, ...this.labels, this.when)), this.plot);
    this.plot.addEventListener('pointermove', event => this.selectNearest(event.clientX - this.plot.getBoundingClientRect().left));
    this.plot.addEventListener('pointerleave', () => this.select(null));
    this.plot.addEventListener('blur', () => this.select(null));
    this.plot.addEventListener('keydown', event => this.step(event));
    new ResizeObserver(() => this.draw()).observe(figure);
  }

  show(samples) {
    this.samples = samples;
    this.points = samples.slice(1).map((sample, i) => ({ at: sample[0], values: this.series.map(line => line.value(sample, samples[i])) }));
    if (this.selectedIndex !== null) this.selectedIndex = Math.min(this.selectedIndex, this.points.length - 1);
    this.draw();
  }

  step(event) {
    const last = this.points.length - 1;
    const to = { ArrowLeft: (this.selectedIndex ?? last + 1) - 1, ArrowRight: (this.selectedIndex ?? last) + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.select(Math.max(0, Math.min(last, to)));
  }

  selectNearest(x) {
    let nearest = null;
    this.points.forEach((point, i) => {
      if (nearest === null || Math.abs(this.x(point.at) - x) < Math.abs(this.x(this.points[nearest].at) - x)) nearest = i;
    });
    this.select(nearest);
  }

  select(index) {
    this.selectedIndex = index;
    this.draw();
  }

  x(millis) {
    return EDGE.left + (1 - (this.now - millis) / this.span) * (this.width - EDGE.left - EDGE.right);
  }

  draw() {
    this.width = this.plot.clientWidth;
    if (this.width < 50) return;
    this.now = this.points.length ? this.points.at(-1).at : Date.now();
    const known = this.now - (this.points[0]?.at ?? this.now);
    this.span = SPANS.find(span => known <= span) ?? SPANS.at(-1);
    const shown = this.points.filter(point => point.at > this.now - this.span);
    const top = axisEnd(Math.max(0, ...shown.flatMap(point => point.values)), this.unit);
    const base = HEIGHT - EDGE.bottom;
    const y = value => base - value / top * (base - EDGE.top);
    const parts = [];
    for (const part of [0, .5, 1]) {
      if (top * part % 1 && this.unit === 1) continue;
      parts.push(svg('line', { class: part ? 'grid' : 'axis', x1: EDGE.left, x2: this.width - EDGE.right, y1: y(top * part), y2: y(top * part) }),
        svg('text', { class: 'tick', x: EDGE.left - 10, y: y(top * part) + 4, 'text-anchor': 'end' }, this.format(top * part)));
    }
    [[1, 'start'], [.5, 'middle'], [0, 'end']].forEach(([part, anchor]) => {
      parts.push(svg('text', { class: 'tick', x: this.x(this.now - part * this.span), y: HEIGHT - 7, 'text-anchor': anchor },
        part ? `${part * this.span / 60_000} min ago` : 'now'));
    });
    this.series.forEach((line, i) => {
      if (!shown.length) return;
      const path = shown.map((point, j) => `${j ? 'L' : 'M'}${this.x(point.at).toFixed(1)} ${y(point.values[i]).toFixed(1)}`).join('');
      parts.push(svg('path', { class: `area ${line.tone}`, d: `${path}L${this.x(shown.at(-1).at)} ${base}L${this.x(shown[0].at)} ${base}Z` }),
        svg('path', { class: `stroke ${line.tone}`, d: path }));
    });
    const selected = this.selectedIndex === null ? null : this.points[this.selectedIndex];
    if (selected) {
      parts.push(svg('line', { class: 'cross', x1: this.x(selected.at), x2: this.x(selected.at), y1: EDGE.top, y2: base }));
      this.series.forEach((line, i) => parts.push(svg('circle', { class: `dot ${line.tone}`, r: 3.5, cx: this.x(selected.at), cy: y(selected.values[i]) })));
    }
    this.plot.setAttribute('viewBox', `0 0 ${this.width} ${HEIGHT}`);
    this.plot.replaceChildren(...parts);
    this.describe(selected ?? this.points.at(-1), Boolean(selected));
  }

  describe(point, selected) {
    const values = this.series.map((line, i) => `${line.name} ${point ? this.format(point.values[i]) : '–'}`);
    this.labels.forEach((label, i) => { label.textContent = values[i]; });
    this.when.textContent = selected ? `at ${clock(point.at)}` : 'now';
    this.plot.setAttribute('aria-label', `${this.title}: ${values.join(', ')} ${this.when.textContent}. Use the arrow keys to read earlier values.`);
  }
}
