// What the page knows of the node: the last news of each kind, and the samples of the last minutes.

import { sum } from './format.js';

const Most = 150;

export class View {
  /** When the last look was, by the node's clock; null before the first. */
  at = null;

  /** What /status says, but for the applications. */
  status = null;

  /** The applications by key, each with `application`, `upstreams` and `left`. */
  applications = new Map();

  /** Refusals since the start, by reason. */
  refusals = {};

  /** The samples of the last minutes, oldest first. */
  samples = [];

  /** Takes in an event. */
  take(type, news) {
    switch (type) {
      case 'history':
        this.samples = news;
        break;
      case 'sample':
        this.samples = [...this.samples.slice(-(Most - 1)), news];
        break;
      case 'application':
        this.applications.set(news.key, news);
        break;
      case 'node':
        this.#takeNode(news);
        break;
    }
  }

  /** Whether a reload of the page would bring a newer one. */
  isOlderThan(news) {
    return this.status !== null && this.status.version !== news.status.version;
  }

  /** The samples as the charts draw them: of the whole node, or of one application, with 0 where it had nothing to tell. */
  traffic(application) {
    const parts = this.samples.map(sample => (application === undefined ? sample : sample.applications.find(each => each.name === application)));
    const perSecond = name => parts.map((part, index) => (part?.[name] ?? 0) / this.samples[index].seconds);
    return {
      times: this.samples.map(sample => Date.parse(sample.at)),
      connections: parts.map(part => part?.connections ?? 0),
      received: perSecond('bytesReceived'),
      sent: perSecond('bytesSent'),
    };
  }

  /** Refusals in the samples, by reason. */
  recentRefusals() {
    const recent = {};
    for (const sample of this.samples) {
      for (const [reason, refused] of Object.entries(sample.refusals)) {
        recent[reason] = (recent[reason] ?? 0) + refused;
      }
    }

    return recent;
  }

  /** Refusals of each sample. */
  refusalsEach() {
    return this.samples.map(sample => sum(Object.values(sample.refusals)));
  }

  #takeNode(news) {
    this.at = news.at;
    this.status = news.status;
    this.refusals = news.refusals;
    this.applications = new Map(news.applications.map(key => [key, this.applications.get(key)]));
  }
}
