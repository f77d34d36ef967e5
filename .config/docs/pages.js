/** What the site has, in the order of its menu. Paths are below docs; the title of a page is its first heading. */
export const GROUPS = [
  ['Start', ['README.md']],
  ['Running', ['running.md', 'settings.md', 'policy.md']],
  ['Your system', ['baresip-versions.md']],
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
