/** What the site has, in the order of its menu. Paths are below docs; the title of a page is its first heading. */
export const GROUPS = [
  ['Start', ['README.md', 'getting-started.md', 'first-scenario.md']],
  [
    'Writing scenarios',
    [
      'agents-and-calls.md',
      'waiting-and-asserting.md',
      'suites.md',
      'audio.md',
      'dtmf.md',
      'transfers.md',
      'peers.md',
      'http-and-webhooks.md',
    ],
  ],
  [
    'Running',
    [
      'running.md',
      'report.md',
      'debugging.md',
      'settings.md',
      'ci.md',
      'node-api.md',
      'sandbox.md',
      'policy.md',
    ],
  ],
  [
    'Monitoring',
    [
      'monitor.md',
      'monitor-settings.md',
      'monitor-page.md',
      'monitor-notifications.md',
      'monitor-api.md',
      'monitor-deployment.md',
    ],
  ],
  [
    'Your system',
    [
      'recipes.md',
      'networks.md',
      'baresip-versions.md',
      'coming-from.md',
      'coming-from-calltest.md',
    ],
  ],
  ['Reference', ['reference.md', 'errors.md', 'ndjson.md']],
  [
    'Offhook itself',
    [
      'changelog.md',
      'benchmarks.md',
      'architecture.md',
      'baresip-internals.md',
      'contributing.md',
      'decisions/',
    ],
  ],
];
