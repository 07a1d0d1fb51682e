// The charts that the node and each application have: connections and throughput.

import { chart } from './chart.js';
import { count, rate } from './format.js';

/** Makes both charts. */
export function trafficCharts() {
  const connections = chart({ title: 'Open connections', kind: 'lines', format: count, series: ['connections'] });
  const throughput = chart({ title: 'Throughput', kind: 'lines', format: rate, series: ['received', 'sent'] });

  /** Draws the samples; `open` is how many connections there are now. */
  function update({ times, connections: counts, received, sent }, open) {
    connections.update(times, [counts], { all: count(open), each: [`at most ${count(Math.max(open, ...counts))} in 5 min`] });
    const [inNow, outNow] = [received.at(-1) ?? 0, sent.at(-1) ?? 0];
    throughput.update(times, [received, sent], {
      all: rate(inNow + outNow),
      each: [`from clients ${rate(inNow)}`, `to clients ${rate(outNow)}`],
    });
  }

  return { elements: [connections.element, throughput.element], update };
}
