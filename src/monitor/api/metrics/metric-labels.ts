/** Labels of settings as labels of metrics. Pure. */

/**
 * Names them `label_NAME`, as kube-state-metrics does, so that they never clash with ours. Characters that the name of a label
 * cannot have (Prometheus data model) become "_"; of two labels that get the same name the first counts.
 */
export function labelsOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  const named = new Map<string, string>();
  for (const [name, value] of Object.entries(labels)) {
    const label = `label_${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
    if (!named.has(label)) named.set(label, value);
  }
  return Object.fromEntries(named);
}
