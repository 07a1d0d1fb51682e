// What the node's words mean, for people who do not know them by heart.

/** How the node or a component is: worst first, so that trouble comes to the top. */
export const Standing = {
  unhealthy: { word: 'Unhealthy', says: 'takes no new connections' },
  starting: { word: 'Starting', says: 'does not take traffic yet' },
  draining: { word: 'Draining', says: 'takes no more traffic, as its operator wants' },
  degraded: { word: 'Degraded', says: 'takes traffic, on old data or with reduced strength' },
  healthy: { word: 'Healthy', says: 'takes traffic' },
};

const Ranks = Object.keys(Standing);

/** The place of a status among all, 0 for the worst. */
export const rank = status => Ranks.indexOf(status);

/** What an upstream's status counts as. */
export const UpstreamStanding = {
  available: 'healthy',
  full: 'degraded',
  quarantined: 'degraded',
  draining: 'draining',
  down: 'unhealthy',
};

/** Why connections ended. */
export const Reasons = {
  node_limited: 'the node had as many connections or handshakes as it may',
  source_limited: 'its source address had reached its limit',
  proxy_header_invalid: 'a proxy that must send a PROXY header sent none, or a broken one',
  handshake_failed: 'TLS failed: no certificate, a foreign or expired one, or no TLS 1.3',
  unknown_client: 'no client in the registry holds the certificate',
  revoked_certificate: 'the certificate is on its revocation list',
  client_disabled: 'the client is disabled',
  registry_stale: 'the registry has not been confirmed for too long',
  revocation_stale: 'the revocation list is too old',
  not_authorized: 'the client holds no grant for the application',
  rate_limited: 'a rate limit was reached',
  no_upstream: 'no upstream was available',
  upstream_connect_failed: 'every available upstream was dialled in vain',
  completed: 'both sides ended by themselves',
  client_aborted: 'the client reset the connection or vanished',
  upstream_aborted: 'the upstream reset the connection or vanished',
  idle_timeout: 'no byte went either way for too long',
  max_duration: 'it lasted as long as a connection may',
  revoked: 'its client, certificate or grant was withdrawn',
  certificate_expired: 'its client’s certificate ran out',
  upstream_down: 'its upstream went down',
  closed_by_operator: 'the operator closed it',
  drained: 'its application or upstream was drained',
  node_stopped: 'the node was stopping',
  shed: 'the node lacked memory, and it had been idle for longest',
  internal_error: 'a defect of the node, told in its log',
};

/** Whom a limit holds to its numbers. */
export const Scopes = { node: 'all clients of the node', application: 'all clients of' };

/** Where identity and registry came from. */
export const Sources = { file: 'files', authority: 'the authority', cache: 'the cache of an earlier process' };
