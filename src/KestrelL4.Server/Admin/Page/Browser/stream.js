// The line to the node: it says when it breaks, and comes back by itself.

const Events = ['history', 'sample', 'application', 'node'];
const SilentAfter = 5000;
const DeadAfter = 15000;
const AskAgainAfter = 5000;

/**
 * Follows the node's events.
 * `heard(type, news)` is told each of them; `changed(problem)` once a second what keeps news away, or null while they come.
 */
export function follow(address, heard, changed) {
  let source = null;
  let heardAt = performance.now();
  let problem = 'the node has not answered yet';

  function open() {
    source?.close();
    source = new EventSource(address);
    for (const type of Events) {
      source.addEventListener(type, event => {
        heardAt = performance.now();
        heard(type, JSON.parse(event.data));

        // It ends a look; before it there is nothing whole to show.
        if (type === 'node') {
          problem = null;
          changed(null);
        }
      });
    }

    source.addEventListener('error', failed);
  }

  function failed() {
    problem = 'the connection to the node is lost';
    changed(problem);
    if (source.readyState === EventSource.CLOSED) {
      // The browser does not ask again where the answer was a refusal, nor does it tell what the refusal says.
      void refusal().then(text => { problem = text ?? problem; });
      setTimeout(open, AskAgainAfter);
    }
  }

  async function refusal() {
    const asked = new AbortController();
    try {
      const response = await fetch(address, { signal: asked.signal });
      return response.ok ? null : (await response.json()).error;
    } catch {
      return 'the connection to the node is lost';
    } finally {
      asked.abort();
    }
  }

  function watch() {
    const silence = performance.now() - heardAt;
    if (silence > DeadAfter && source.readyState === EventSource.OPEN) {
      heardAt = performance.now() - SilentAfter;
      open();
    }

    changed(problem ?? (silence > SilentAfter ? 'the node says nothing' : null));
  }

  open();
  setInterval(watch, 1000);
}
