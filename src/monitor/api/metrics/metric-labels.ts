/** Labels of settings as labels of metrics. Pure. */

/**
 * Named `label_NAME`, as kube-state-metrics does, so that they meet none of ours; what a name of a label cannot have
 * (Prometheus data model) becomes "_". Of two that become the same the first counts.
 */
export function labelsOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  const named = new Map<string, string>();
  for (const [name, value] of Object.entries(labels)) {
    const label = `label_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
    if (!named.has(label)) named.set(label, value);
  }
  return Object.fromEntries(named);
}
