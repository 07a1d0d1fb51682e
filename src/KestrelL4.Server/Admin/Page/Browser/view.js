// What the page knows of the node: the last news of each kind, and the samples of the last minutes.

const Most = 150;

export class View {
  /** When the last look was, by the node's clock; null before the first. */
  at = null;

  /** What /status says, but for the applications. */
  status = null;

  /** The applications by name, each with `application`, `upstreams` and `left`. */
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
        this.applications.set(news.application.name, news);
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

  /** One number of every sample, of the whole node. */
  series(name) {
    return this.samples.map(sample => sample[name]);
  }

  /** One number of every sample, of one application; 0 where it had nothing to tell. */
  seriesOf(application, name) {
    return this.samples.map(sample => sample.applications.find(each => each.name === application)?.[name] ?? 0);
  }

  /** The bytes a second of every sample. */
  perSecond(values) {
    return values.map((value, index) => value / this.samples[index].seconds);
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

  #takeNode(news) {
    this.at = news.at;
    this.status = news.status;
    this.refusals = news.refusals;
    this.applications = new Map(news.applications.map(name => [name, this.applications.get(name)]));
  }
}
